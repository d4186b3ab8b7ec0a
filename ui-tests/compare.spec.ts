import { readFileSync } from 'node:fs';
import type { PatinaPage } from './support/notebook';
import { test, expect } from './support/test';

const STATE =
  'import numpy as np\nbig = np.zeros(125_000_000)\nbig[:] = 1\nsteps = iter(range(100))\nnext(steps), next(steps)';

/** The comparison that is open. */
function comparison({ page }: PatinaPage) {
  return page.getByRole('region', { name: 'Comparison' });
}

test('a fork with a 1 GB array and a half-consumed generator goes its own way, and the difference is found', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('gigabyte.tsnb', [
      STATE,
      'rate = 1\nnext(steps) * rate, big.sum()'
    ])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toContainText('(0, 1)');
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toContainText('125000000');
  await patina.command('Undo Last Execution', 'u', 'u');
  await expect(
    patina.timeline.getByRole('article', { name: /undone/ })
  ).toBeVisible();
  await patina.type(1, 'rate = 100\nnext(steps) * rate, big.sum()');
  await patina.page.keyboard.press('Control+Shift+Enter');
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.output(2, 2, 'succeeded')).toContainText('200');
  await patina.tabs.first().click();
  await patina.run(1, 'rate = 1\nnext(steps) * rate, big.sum()');
  await expect(patina.output(3, 2, 'succeeded')).toContainText('(2,');

  await patina.menu('Patina', 'Compare Runs…');
  const view = comparison(patina);
  await expect(view.getByRole('status')).toContainText(
    '1 of 1 executions differ'
  );
  const cell = view.getByRole('article', { name: 'cell 2: code, outputs' });
  await expect(cell.getByRole('region', { name: 'Code' })).toContainText(
    '− rate = 1\n+ rate = 100'
  );
  await expect(cell.getByRole('region', { name: 'Text' })).toContainText(
    '+ (200,'
  );
  const rate = view.getByRole('row', { name: /^rate/ });
  await expect(rate).toContainText('different');
  await expect(rate).toContainText('100');
  await expect(view.getByRole('row', { name: /^big/ })).toHaveCount(0);
  await view.getByLabel('Only differences').uncheck();
  // A cell of each has used it since the fork: that it was left as it is is not known.
  await expect(view.getByRole('row', { name: /^big/ })).toContainText(
    'looks alike'
  );

  await cell.getByRole('button', { name: 'Run 2 #2' }).click();
  await expect(patina.tabs.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(patina.output(2, 2, 'succeeded')).toBeFocused();
});

const PLOT =
  'import matplotlib.pyplot as plt\nplt.figure(figsize=(3, 2))\nplt.plot([1, 2, rate])\nplt.show()';

test('pictures are compared side by side, blended and by their difference, and the comparison is kept as a file', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('pictures.tsnb', ['rate = 1', PLOT]));
  await patina.run(0);
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded').locator('img')).toBeVisible();
  await patina.command('New Run', 'n', 'n');
  await expect(patina.tabs).toHaveCount(2);
  await patina.run(0, 'rate = 9');
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded').locator('img')).toBeVisible();

  await patina.panel
    .getByRole('button', { name: 'Show this run beside another one' })
    .click();
  const view = comparison(patina);
  const cell = view.getByRole('article', { name: 'cell 2: outputs' });
  const pictures = cell.getByRole('img', { name: /Picture of Run/ });
  await expect(pictures).toHaveCount(2);
  const boxes = async () =>
    Promise.all((await pictures.all()).map(one => one.boundingBox()));
  await expect
    .poll(async () => (await boxes()).every(box => (box?.height ?? 0) > 50))
    .toBe(true);
  const [left, right] = await boxes();
  expect(left?.x).not.toEqual(right?.x);

  await cell.getByRole('button', { name: 'Blended' }).click();
  const [below, above] = await boxes();
  expect([below?.x, below?.y]).toEqual([above?.x, above?.y]);
  await cell.getByLabel('Share of Run 2 in percent').fill('20');
  await expect(pictures.nth(1)).toHaveCSS('opacity', '0.2');
  await cell.getByRole('button', { name: 'Only the difference' }).click();
  await expect(pictures.nth(1)).toHaveCSS('mix-blend-mode', 'difference');

  const downloading = patina.page.waitForEvent('download');
  await view.getByRole('button', { name: 'Export as HTML' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/, Run 1 and Run 2\.html$/);
  const file = readFileSync(await download.path(), 'utf-8');
  expect(file).toContain('data:image/png;base64,');
  expect(file).toContain('rate = 9');
});

test('others are compared with the baseline; what goes on meanwhile is said, not jumped to', async ({
  patina,
  notebook
}) => {
  const path = notebook('baseline.tsnb', ['n = 1', 'n = 2']);
  await patina.open(path);
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.command('New Run', 'n', 'n');
  await expect(patina.tabs).toHaveCount(2);
  await patina.command('New Run', 'n', 'n');
  await expect(patina.tabs).toHaveCount(3);
  await patina.tabs.nth(1).click();
  await patina.menu('Patina', 'Set as Baseline');
  await expect(
    patina.page
      .getByRole('alert')
      .getByText('Other runs are compared with Run 2 now')
  ).toBeVisible();
  await patina.tabs.first().click();
  await patina.menu('Patina', 'Compare Runs…');
  const view = comparison(patina);
  await expect(view.getByLabel('Left run')).toContainText('Run 2 (baseline)');
  await expect(
    view.getByRole('article', { name: 'cell 1: only in Run 1' })
  ).toBeVisible();
  await view.getByLabel('Left run').selectOption({ label: 'Run 3' });
  await expect(
    view.getByRole('article', { name: 'cell 1: only in Run 1' })
  ).toBeVisible();

  const reply = await patina.server.request(
    `api/patina/notebooks?path=${path}`
  );
  const { runs } = (await reply.json()) as { runs: { id: string }[] };
  await patina.server.request(`api/patina/runs/${runs[0].id}/execute`, {
    method: 'POST',
    body: JSON.stringify({ cells: [{ id: 'cell1' }], request_id: 'x' })
  });
  await expect(view.getByRole('status')).toContainText('have gone on since');
  await expect(view.getByRole('article')).toHaveCount(1);
  await view.getByRole('button', { name: 'Refresh' }).click();
  await expect(view.getByRole('article')).toHaveCount(2);
});
