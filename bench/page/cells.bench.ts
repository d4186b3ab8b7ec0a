import { test } from '@playwright/test';
import { reachMiddle } from './middle';
import { options, Results } from './options';
import { type IKind, OURS, Side, STOCK } from './side';

const CELLS = 10_000;

/** Each round opens a file that nobody has opened before, in a JupyterLab just started. */
test('a notebook of 10,000 cells', async ({ browser }) => {
  const { rounds, stockRounds, bound } = options();
  const results = new Results();

  const measure = async (kind: IKind, round: number): Promise<void> => {
    const side = await Side.start(browser, kind);
    const started = await side.open(`cells${round}`);
    await typeFirst(side, bound);
    results.add('key', kind.name, performance.now() - started);
    if (kind === STOCK && round > 0) {
      // That a stock notebook does not get there is waited for once.
      await side.page.close();
      return;
    }
    const middle = await reachMiddle(
      side,
      {
        scroller: `${kind.panel} .jp-WindowedPanel-outer, ${kind.panel} .jp-Notebook`,
        items: '.jp-Cell',
        number: 'cell_(\\d+) =',
        from: CELLS * 0.49,
        to: CELLS * 0.51
      },
      bound
    );
    results.add('middle', kind.name, middle);
    if (middle < bound) {
      results.add('heap', kind.name, await side.heap());
    }
    await side.page.close();
  };

  for (let round = 0; round < rounds; round++) {
    await measure(OURS, round);
    if (round < stockRounds) {
      await measure(STOCK, round);
    }
  }
  results.write();
});

/** Click into the first cell and type, until what was typed is seen there. */
async function typeFirst(side: Side, timeout: number): Promise<void> {
  await side.editor(0).click({ timeout });
  await side.page.keyboard.insertText('#first');
  await side.editor(0).filter({ hasText: '#first' }).waitFor({ timeout });
}
