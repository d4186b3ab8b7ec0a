import type { Locator, Page } from '@playwright/test';
import { violations } from './support/axe';
import { test, testWithOwnServer, expect } from './support/test';

const MANY =
  'class Point:\n    def __init__(self): self.x = 1\np = Point()\nwords = {"one": [1, 2], "two": "text"}\nlong = list(range(250))\ndef area(r): return r';

/** Drag the edge of the side bar by so many pixels to the left. */
async function widen(
  { mouse }: Page,
  edge: Locator,
  by: number
): Promise<void> {
  const { x, y, width } = {
    x: 0,
    y: 0,
    width: 0,
    ...(await edge.boundingBox())
  };
  await mouse.move(x + width / 2, y + 50);
  await mouse.down();
  await mouse.move(x + width / 2 - by, y + 50, { steps: 4 });
  await mouse.up();
}

test('the variables of the shown run are listed, filtered by a regular expression, and opened', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('globals.tsnb', [MANY, 'extra = 3']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.command('Show Globals', 'g', 'v');
  const grid = patina.page.getByRole('treegrid', { name: 'Globals' });
  const words = grid.getByRole('row', { name: /words dict 2/ });
  await expect(words).toBeVisible();
  // In a side bar as it opens: what is cut to a pixel counts as visible.
  for (const seen of [/^dict 2$/, /^\d+ B$/]) {
    const cell = words.getByRole('gridcell', { name: seen });
    expect((await cell.boundingBox())?.height).toBeGreaterThan(8);
  }
  await expect(grid.getByRole('row', { name: /area/ })).toHaveCount(0);

  await expect(grid).toBeFocused();
  await patina.page.keyboard.press('/');
  await expect(patina.page.getByLabel('Filter variables')).toBeFocused();
  await patina.page.keyboard.type('^(w|l)');
  await expect(grid.getByRole('row', { name: /^p / })).toHaveCount(0);
  await patina.page.keyboard.press('Enter');
  await expect(grid).toBeFocused();
  await patina.page.keyboard.press('End');
  await patina.page.keyboard.press('ArrowRight');
  await expect(grid.getByRole('row', { name: /^\['one'\]/ })).toBeVisible();
  await expect(grid.getByRole('row', { name: /^\['two'\]/ })).toContainText(
    'str'
  );
  // What the filter finds is shown, although functions are in a group that is closed.
  await patina.page.getByLabel('Filter variables').fill('^area');
  await expect(grid.getByRole('row', { name: /area/ })).toBeVisible();
});

test('parts come a hundred at a time, and what is open stays so while cells run', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('parts.tsnb', [MANY, 'long.append(0)']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.command('Show Globals', 'g', 'v');
  const grid = patina.page.getByRole('treegrid', { name: 'Globals' });
  await grid.getByRole('row', { name: /long list 250/ }).click();
  await patina.page.keyboard.press('ArrowRight');
  await expect(grid).toHaveAttribute('aria-rowcount', /^1\d\d$/);
  await expect(grid.getByRole('row', { name: '[1]' })).toBeVisible();
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toBeVisible();
  const row = grid.getByRole('row', { name: /long list 251/ });
  await expect(row).toHaveAttribute('aria-expanded', 'true');
  await expect(
    row.getByRole('img', { name: 'may have changed' })
  ).toBeVisible();

  // A row is lower in a wide panel: the same ones stay in view as it gets wide, and narrow again.
  await grid.focus();
  await patina.page.keyboard.press('End');
  const active = grid.getByRole('row', { selected: true });
  await expect(active).toBeInViewport();
  const edge = patina.page
    .locator('#jp-main-split-panel > .lm-SplitPanel-handle:visible')
    .last();
  for (const [by, height] of [
    [250, 24],
    [-250, 40]
  ]) {
    await widen(patina.page, edge, by);
    await expect
      .poll(async () => (await active.boundingBox())?.height)
      .toBe(height);
    await expect(active).toBeInViewport();
  }
});

test('a variable is watched, seen as it was after an earlier cell, and leads to the cell that changed it', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('past.tsnb', ['n = 1', 'n = 2\nm = 0']));
  await patina.run(0);
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toContainText('+m ~n');
  await patina.command('Show Globals', 'g', 'v');
  const grid = patina.page.getByRole('treegrid', { name: 'Globals' });
  const row = grid.getByRole('row', { name: /\bn int/ });
  await row.click();
  await patina.page.keyboard.press('w');
  await expect(grid.getByRole('row', { name: '★ Watched 1' })).toBeVisible();
  await patina.page.getByLabel('When').selectOption('after #1');
  await expect(
    patina.page.getByText('Past, not live: as it was after #1')
  ).toBeVisible();
  await expect(grid.getByRole('row', { name: /\bm int/ })).toHaveCount(0);
  // The place in the list is kept, and there is nothing to open.
  await expect(grid.getByRole('row', { selected: true })).toContainText('n');
  await row.dblclick();
  await expect(patina.page.locator('.jp-PatinaPreview')).toHaveCount(0);
  await patina.page.getByLabel('When').selectOption('now');
  await row.click();
  await patina.page.keyboard.press('g');
  await patina.page.keyboard.press('c');
  await expect(patina.output(2, 2, 'succeeded')).toBeFocused();
});

test('an array is shown as a table, page by page', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('table.tsnb', [
      'import numpy as np\ngrid = np.arange(300).reshape(100, 3)\nphoto = np.zeros((40, 60, 3), np.uint8)',
      'import pandas as pd\nwide = pd.DataFrame(np.arange(80).reshape(2, 40), index=pd.Index(["Rome", "Oslo"], name="city"))'
    ])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.command('Show Globals', 'g', 'v');
  const grid = patina.page.getByRole('treegrid', { name: 'Globals' });
  await grid.getByRole('row', { name: /grid ndarray/ }).click();
  await patina.page.keyboard.press('Enter');
  const preview = patina.page.locator('.jp-PatinaPreview');
  await expect(preview.getByText('1–50 of 100')).toBeVisible();
  await preview.getByRole('button', { name: 'Next' }).click();
  await expect(preview.getByText('51–100 of 100')).toBeVisible();
  await expect(
    preview.getByRole('row', { name: '99 297 298 299' })
  ).toBeVisible();
  // Its variable is opened once, and the tree acts on the notebook that is behind it now.
  await grid.focus();
  await patina.page.keyboard.press('Enter');
  await expect(preview).toHaveCount(1);
  await grid.getByRole('row', { name: /photo ndarray/ }).dblclick();
  const picture = patina.page.getByRole('img', { name: 'Picture of photo' });
  await expect(picture).toHaveJSProperty('naturalWidth', 60);
  // A frame has the names of its rows, and its last column can be reached.
  await patina.run(1);
  await grid.getByRole('row', { name: /wide DataFrame/ }).dblclick();
  const wide = preview.filter({ hasText: 'wide' });
  await expect(wide.getByRole('row', { name: /^'Rome' 0 1 2 / })).toBeVisible();
  await wide.getByRole('button', { name: 'Columns →' }).click();
  await expect(
    wide.getByRole('row', { name: /^'Oslo' 70 .* 79$/ })
  ).toBeVisible();
  await expect(wide.getByRole('columnheader', { name: /^city/ })).toBeVisible();
  expect(await violations(patina.page, '.jp-PatinaPreview')).toEqual([]);
  await patina.page.getByRole('tab', { name: /^Runs of/ }).click();
  const run = patina.page.getByRole('treeitem', { name: /^Run 1/ });
  await run.focus();
  await patina.page.keyboard.press('F2');
  await patina.page.getByRole('dialog').getByRole('textbox').fill('Table');
  await patina.dialog('OK').click();
  await expect(
    patina.page.getByRole('treeitem', { name: /^Table/ })
  ).toBeVisible();
});

test('what begins with an underscore has a group of its own, closed until a person opens it', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('private.tsnb', ['_inner = 1\n_also = 2\nouter = 3'])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.command('Show Globals', 'g', 'v');
  const grid = patina.page.getByRole('treegrid', { name: 'Globals' });
  const group = grid.getByRole('row', { name: /Private 2/ });
  const inner = grid.getByRole('row', { name: /_inner int/ });
  await expect(grid.getByRole('row', { name: /outer int/ })).toBeVisible();
  await expect(group).toHaveAttribute('aria-expanded', 'false');
  await expect(inner).toHaveCount(0);
  await group.click();
  await expect(inner).toBeVisible();
  await patina.page.getByText('Kinds', { exact: true }).click();
  await patina.page.getByRole('checkbox', { name: 'Private' }).uncheck();
  await expect(group).toHaveCount(0);
  await expect(inner).toHaveCount(0);
});

test('a variable that cannot be shown says so in its row, and the others are as ever', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('broken.tsnb', [
      'import pandas as pd\nbroken = pd.DataFrame.__new__(pd.DataFrame)\nwhole = pd.DataFrame({"a": [1, 2]})'
    ])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.command('Show Globals', 'g', 'v');
  const grid = patina.page.getByRole('treegrid', { name: 'Globals' });
  await expect(grid.getByRole('row', { name: /broken/ })).toContainText(
    '⚠ unreadable'
  );
  await expect(
    grid.getByRole('row', { name: /whole DataFrame/ })
  ).toContainText('2×1');
  await expect(grid.getByText('⚠')).toHaveCount(1);
});

for (const theme of ['Light', 'Dark', 'Dark High Contrast']) {
  testWithOwnServer(
    `axe finds nothing wrong with forks, their tree and the variables, ${theme}`,
    async ({ patina, notebook, server }) => {
      server.writeSettings('@jupyterlab/apputils-extension', 'themes', {
        theme: `JupyterLab ${theme}`,
        'adaptive-theme': false
      });
      await patina.open(notebook('axe.tsnb', [MANY, 'extra = 1']));
      await patina.run(0);
      await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
      await patina.command('Fork Run', 'f', 'f');
      await expect(patina.tabs).toHaveCount(2);
      await patina.panel
        .getByRole('button', { name: 'Inherited from Run 1' })
        .click();
      await patina.type(0, 'edited = 1');
      for (const key of ['r', 'v']) {
        await patina.editor(1).click();
        await patina.command('Show Runs, Show Globals', 'g', key);
        await expect(
          patina.page.locator('#patina-runs:visible, #patina-globals:visible')
        ).toHaveCount(1);
        expect(
          await violations(
            patina.page,
            '.jp-PatinaPanel',
            key === 'r' ? '#patina-runs' : '#patina-globals'
          )
        ).toEqual([]);
      }
    }
  );
}
