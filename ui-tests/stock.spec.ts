import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, expect } from './support/test';

test('the Edit menu does not change a stock notebook that is behind', async ({
  patina,
  notebook
}) => {
  const { page } = patina;
  const behind = `${Date.now()}-behind.ipynb`;
  writeFileSync(
    join(patina.server.root, behind),
    JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: ['a', 'b'].map(id => ({
        cell_type: 'markdown',
        id,
        metadata: {},
        source: id
      }))
    })
  );
  const front = notebook('front.tsnb', ['1', '2']);
  await patina.visit(behind);
  await patina.dialog('No Kernel').click();
  await expect(page.locator('.jp-NotebookPanel .jp-Cell')).toHaveCount(2);
  const edit = page
    .getByRole('menubar')
    .getByRole('menuitem', { name: 'Edit', exact: true });
  const disabled = page.locator('.lm-Menu-item.lm-mod-disabled');
  const item = (command: string) =>
    page.locator(`.lm-Menu-item[data-command="notebook:${command}"]`);
  await edit.click();
  await expect(item('delete-cell')).toBeVisible();
  await expect(disabled.and(item('delete-cell'))).toHaveCount(0);
  await page.keyboard.press('Escape');

  await page.locator('.jp-DirListing-item', { hasText: front }).dblclick();
  await expect(patina.sourceCells).toHaveCount(2);
  await patina.editor(0).click();
  await edit.click();
  for (const command of ['delete-cell', 'move-cell-down', 'merge-cells']) {
    await expect(disabled.and(item(command))).toHaveCount(1);
  }
});
