import { test, expect } from '../../ui-tests/support/test';
import { PatinaPage } from '../../ui-tests/support/notebook';
import { report } from './figures';
import { keyToPixels } from './pixels';
import { StockPage } from './stock';

const ROUNDS = 30;

test('Shift+Enter to pixels', async ({ browser, server, notebook }) => {
  const ours = new PatinaPage(await browser.newPage(), server);
  await ours.open(notebook('keys.tsnb', ['0']));
  await ours.run(0);
  await expect(ours.output(1, 1, 'succeeded')).toBeVisible();
  const stock = new StockPage(await browser.newPage(), server);
  await stock.open(stock.write('keys.ipynb', [{ source: '0' }]));
  await stock.idle();

  const times: Record<'ours' | 'stock', number[]> = { ours: [], stock: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of [ours, stock]) {
      const text = `${side === ours ? 'p' : 's'}${round}e`;
      await side.page.bringToFront();
      await side.editor(0).click();
      await side.page.keyboard.press('Control+a');
      await side.page.keyboard.insertText(`"${text}"`);
      await side.page.waitForTimeout(300);
      times[side === ours ? 'ours' : 'stock'].push(
        await keyToPixels(side.page, 'Control+Enter', text)
      );
    }
  }
  report(
    'Ctrl+Enter to pixels (one cell)',
    times.ours,
    times.stock,
    'at most 1.0'
  );
});
