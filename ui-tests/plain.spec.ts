import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { PatinaPage } from './support/notebook';
import type { LabServer } from './support/server';
import { test, expect } from './support/test';

/** Write an `.ipynb` with these code cells, for a kernel, and return its path. */
function ipynb(
  server: LabServer,
  name: string,
  cells: readonly string[],
  kernel = 'patina-python'
): string {
  const path = `${randomUUID().slice(0, 8)}-${name}.ipynb`;
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: kernel, display_name: kernel } },
    cells: cells.map((source, index) => ({
      cell_type: 'code',
      id: `c${index}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null
    }))
  };
  writeFileSync(join(server.root, path), JSON.stringify(notebook));
  return path;
}

/** JupyterLab's own notebook that is in front. */
function front(page: Page): Locator {
  return page.locator('.jp-NotebookPanel:visible');
}

/** Open a plain notebook, and wait for its kernel: before that, JupyterLab runs nothing. */
async function open(patina: PatinaPage, path: string): Promise<void> {
  await patina.visit(path);
  await isIdle(patina.page);
}

async function isIdle(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: /\| Idle$/ })).toBeVisible();
}

async function run(page: Page, index: number): Promise<void> {
  const cell = front(page).locator('.jp-CodeCell').nth(index);
  await cell.locator('.cm-content').click();
  await page.keyboard.press('Shift+Enter');
  await expect(cell.locator('.jp-InputPrompt')).toHaveText(/^\[\d+\]:$/);
  await isIdle(page);
}

function output(page: Page, index: number): Locator {
  return front(page)
    .locator('.jp-CodeCell')
    .nth(index)
    .locator('.jp-OutputArea');
}

/** JupyterLab has saved, a moment later, which cells were undone. */
async function isKept({ page, server }: PatinaPage): Promise<void> {
  const headers = { Authorization: `token ${server.token}` };
  const workspace = `${server.url}/lab/api/workspaces/default`;
  await expect
    .poll(async () => (await page.request.get(workspace, { headers })).text())
    .toContain('patina-lab:undone-cells');
}

const CELLS = ['it = iter(range(9))\nnext(it)', 'next(it)', 'next(it)'];

test('a plain notebook goes back to the state before its last cell', async ({
  patina
}) => {
  const { page, server } = patina;
  await open(patina, ipynb(server, 'undo', CELLS));
  await run(page, 0);
  await run(page, 1);
  await expect(output(page, 1)).toContainText('1');
  await page.keyboard.press('Escape');
  await page.keyboard.press('u');
  await page.keyboard.press('u');
  await expect(
    page.getByText('The variables are as before the latest cell')
  ).toBeVisible();
  const cell = (index: number) =>
    front(page).locator('.jp-CodeCell').nth(index);
  const undone = 'undone: the variables are as before this cell ran';
  await expect(cell(1)).toContainText(undone);
  await expect(cell(1).locator('.jp-OutputArea-output')).toHaveCSS(
    'text-decoration-line',
    'line-through'
  );
  await expect(cell(0)).not.toContainText(undone);
  await isKept(patina);
  await page.reload();
  await isIdle(page);
  await expect(cell(1)).toContainText(undone);
  await expect(cell(0)).not.toContainText(undone);
  await run(page, 2);
  await expect(output(page, 2)).toContainText('1');
  // What runs again is no longer what was undone.
  await run(page, 1);
  await expect(output(page, 1)).toContainText('2');
  await expect(front(page)).not.toContainText(undone);
});

test('the panel Globals shows the variables as they were after an earlier cell of a plain notebook', async ({
  patina
}) => {
  const { page, server } = patina;
  await open(patina, ipynb(server, 'past', ['n = 1', '1', 'n = 2\nm = 0']));
  await run(page, 0);
  await run(page, 1);
  await run(page, 2);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('v');
  const grid = page.getByRole('treegrid', { name: 'Globals' });
  const n = grid.getByRole('row', { name: /\bn int/ });
  const m = grid.getByRole('row', { name: /\bm int/ });
  await expect(n).toContainText('2');
  await expect(m).toBeVisible();
  await page.getByLabel('When').selectOption('after #2');
  await expect(
    page.getByText('Past, not live: as it was after #2')
  ).toBeVisible();
  await expect(m).toHaveCount(0);
  await expect(n).toContainText('1');
  await n.getByText('#1').click();
  await expect(front(page).locator('.jp-CodeCell').first()).toHaveClass(
    /jp-mod-active/
  );
  await page.getByLabel('When').selectOption('now');
  await expect(m).toBeVisible();
});

test('a plain notebook is forked into a copy of it, and both go on on their own', async ({
  patina
}) => {
  const { page, server } = patina;
  await open(patina, ipynb(server, 'fork', CELLS));
  await run(page, 0);
  await patina.menu('Kernel', 'Fork Kernel into New Notebook');
  await expect(
    page.locator('.lm-TabBar-tab.lm-mod-current', { hasText: '-Copy1.ipynb' })
  ).toBeVisible();
  await isIdle(page);
  await run(page, 1);
  await run(page, 2);
  await expect(output(page, 2)).toContainText('2');
  await page
    .locator('.jp-MainAreaWidget, .lm-DockPanel-tabBar .lm-TabBar-tab')
    .filter({ hasText: /-fork\.ipynb/ })
    .first()
    .click();
  await run(page, 2);
  await expect(output(page, 2)).toContainText('1');
});

test('a plain notebook is forked into a console', async ({ patina }) => {
  const { page, server } = patina;
  await open(patina, ipynb(server, 'console', CELLS));
  await run(page, 0);
  await patina.menu('Kernel', 'Fork Kernel into New Console');
  const console = page.locator('.jp-CodeConsole:visible');
  // A console has its banner from the kernel, and runs nothing before.
  await expect(console.locator('.jp-CodeConsole-banner')).toContainText(
    'Python'
  );
  await console.locator('.jp-CodeConsole-input .cm-content').click();
  await page.keyboard.insertText('next(it)');
  await page.keyboard.press('Shift+Enter');
  await expect(console.locator('.jp-OutputArea-output').last()).toContainText(
    '1'
  );
  await page.keyboard.insertText('typed = 41 + 1');
  await page.keyboard.press('Shift+Enter');
  await patina.menu('Patina', 'Show Globals');
  const grid = page.getByRole('treegrid', { name: 'Globals' });
  await expect(grid.getByRole('row', { name: /typed int/ })).toContainText(
    '42'
  );
  await page.getByLabel('When').selectOption('after #2');
  await expect(grid.getByRole('row', { name: /typed int/ })).toHaveCount(0);
  await expect(grid.getByRole('row', { name: /\bit\b/ })).toBeVisible();
  await page.getByLabel('When').selectOption('now');
  await expect(sign(grid, /typed int/)).toHaveAccessibleName('new');
  await console.locator('.jp-CodeConsole-input .cm-content').click();
  await patina.menu('Patina', 'Undo Last Execution');
  const cells = console.locator('.jp-CodeConsole-content .jp-CodeCell');
  await expect(cells.last()).toContainText(
    'undone: the variables are as before'
  );
  await expect(cells.first()).not.toContainText('undone');
  await expect(sign(grid, /typed int/)).toHaveAccessibleName('gone');
});

/** How a row says what became of its variable in the latest step. */
function sign(grid: Locator, name: RegExp): Locator {
  return grid.getByRole('row', { name }).getByRole('img');
}

test('the panel Globals shows the variables of a plain notebook, and opens them', async ({
  patina
}) => {
  const { page, server } = patina;
  await open(
    patina,
    ipynb(server, 'globals', ['words = {"one": [1], "two": 2}', 'extra = 3'])
  );
  await run(page, 0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('v');
  const grid = page.getByRole('treegrid', { name: 'Globals' });
  const words = grid.getByRole('row', { name: /words dict 2/ });
  await expect(words).toBeVisible();
  await run(page, 1);
  await expect(grid.getByRole('row', { name: /extra int/ })).toBeVisible();
  await words.click();
  await page.keyboard.press('ArrowRight');
  await expect(grid.getByRole('row', { name: /^\['one'\]/ })).toBeVisible();
});

test('a kernel of somebody else is left alone', async ({ patina }) => {
  const { page, server } = patina;
  await open(patina, ipynb(server, 'other', ['1'], 'python3'));
  await run(page, 0);
  await page
    .getByRole('menubar')
    .getByRole('menuitem', { name: 'Kernel', exact: true })
    .click();
  for (const name of ['Notebook', 'Console']) {
    const item = page.getByRole('menuitem', {
      name: `Fork Kernel into New ${name}`
    });
    await expect(item).toHaveAttribute('aria-disabled', 'true');
  }
});
