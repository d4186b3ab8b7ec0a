import { violations } from './support/axe';
import type { PatinaPage } from './support/notebook';
import { expect, testWithOwnServer as test } from './support/test';

const CELLS = [
  'rate = 1',
  'import matplotlib.pyplot as plt\nplt.figure(figsize=(3, 2))\nplt.plot([1, rate])\nplt.show()',
  '1 / 0'
];

/** Two runs that differ in code, picture and error, with their comparison and the history open. */
async function compared(patina: PatinaPage, path: string): Promise<void> {
  await patina.open(path);
  for (const index of [0, 1, 2]) {
    await patina.run(index);
  }
  await expect(patina.output(3, 3, 'failed')).toBeVisible();
  await patina.editor(0).click();
  await patina.command('Fork Run', 'f', 'f');
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.idle).toBeVisible();
  await patina.run(0, 'rate = 7');
  await patina.run(1);
  await expect(patina.output(5, 2, 'succeeded').locator('img')).toBeVisible();
  await patina.editor(0).click();
  await patina.command('Search History', 'g', 'h');
  const panel = patina.page.getByRole('search', { name: 'History' });
  await panel.getByRole('searchbox').fill('rate');
  await expect(panel.getByRole('listitem').first()).toBeVisible();
}

for (const theme of [
  'JupyterLab Light',
  'JupyterLab Dark',
  'JupyterLab Dark High Contrast'
]) {
  test(`axe finds nothing wrong with notebook, hint, history and comparison in ${theme}`, async ({
    patina,
    notebook,
    server
  }) => {
    server.writeSettings('@jupyterlab/apputils-extension', 'themes', {
      theme,
      'adaptive-theme': false
    });
    await compared(patina, notebook('contrast.tsnb', CELLS));
    await expect(patina.page.locator('body')).toHaveAttribute(
      'data-jp-theme-name',
      theme
    );
    await expect(patina.page.getByRole('note', { name: 'Hint' })).toBeVisible();
    expect(
      await violations(patina.page, '.jp-PatinaPanel', '#patina-history')
    ).toEqual([]);
    await patina.menu('Patina', 'Compare Runs…');
    const view = patina.page.getByRole('region', { name: 'Comparison' });
    await expect(view.getByRole('row', { name: /^rate/ })).toBeVisible();
    await view.getByLabel('Only differences').uncheck();
    expect(await violations(patina.page, '.jp-PatinaCompare')).toEqual([]);
    await patina.page.screenshot({
      path: `ui-tests/results/compare ${theme}.png`
    });
  });
}

test('at a zoom of 400 % notebook, history and comparison need no scrolling sideways', async ({
  patina,
  notebook
}) => {
  await compared(patina, notebook('zoom.tsnb', CELLS));
  await patina.menu('Patina', 'Compare Runs…');
  const view = patina.page.getByRole('region', { name: 'Comparison' });
  await expect(view.getByRole('row', { name: /^rate/ })).toBeVisible();
  await patina.page.setViewportSize({ width: 320, height: 640 });
  // What is beside the main area can be closed; a person who zooms does.
  for (const side of ['left', 'right']) {
    const shown = patina.page.locator(`#jp-${side}-stack:visible`);
    if ((await shown.count()) > 0) {
      await patina.page.keyboard.press(
        side === 'left' ? 'Control+b' : 'Control+j'
      );
      await expect(shown).toHaveCount(0);
    }
  }
  const isReflowed = (selector: string) =>
    patina.page
      .locator(selector)
      .first()
      .evaluate(node => node.scrollWidth <= node.clientWidth + 1);
  await expect.poll(() => isReflowed('.jp-PatinaCompare-body')).toBe(true);
  await expect.poll(() => isReflowed('.jp-PatinaCompare-head')).toBe(true);
  await patina.page.screenshot({ path: 'ui-tests/results/compare narrow.png' });

  // What a window of 1,280 × 1,024 has: one half at a time, with room for some lines of it.
  await patina.page.setViewportSize({ width: 320, height: 256 });
  await patina.page
    .getByRole('main')
    .getByRole('tab', { name: /zoom\.tsnb/ })
    .click();
  const halves = patina.panel.getByRole('group', { name: 'What is in view' });
  const height = (selector: string) =>
    patina.panel.locator(selector).evaluate(node => node.clientHeight);
  await expect(patina.timeline).toBeHidden();
  await expect.poll(() => height('.jp-PatinaSource')).toBeGreaterThan(90);
  await patina.page.screenshot({ path: 'ui-tests/results/source low.png' });
  await halves.getByRole('button', { name: 'Timeline' }).click();
  await expect(patina.timeline).toBeVisible();
  await expect(patina.editor(0)).toBeHidden();
  await expect.poll(() => height('.jp-PatinaTimeline')).toBeGreaterThan(60);
  await expect.poll(() => isReflowed('.jp-PatinaTimeline')).toBe(true);
  expect(
    await violations(patina.page, '.jp-PatinaBody', '.jp-PatinaHalves')
  ).toEqual([]);
  await patina.page.screenshot({ path: 'ui-tests/results/timeline low.png' });
  // Commands lead from one to the other as they do where both are seen.
  await patina.outputs.last().focus();
  await patina.page.keyboard.press('g');
  await patina.page.keyboard.press('c');
  await expect(patina.timeline).toBeHidden();
  await expect(patina.sourceCells.nth(1)).toBeVisible();
  // A side bar leaves the notebook no width; the page lives on, and it has it again afterwards.
  const history = patina.page.locator('#patina-history');
  for (const isShown of [true, false]) {
    await patina.page.keyboard.press('Control+j');
    await expect(history).toBeVisible({ visible: isShown });
  }
  await expect(patina.sourceCells.nth(1)).toBeVisible();
});
