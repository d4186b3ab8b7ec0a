import type { Locator } from '@playwright/test';
import type { PatinaPage } from './support/notebook';
import { test, expect } from './support/test';

const text = (source: string) => ({ type: 'markdown' as const, source });

const CELLS = [
  '"above"',
  text('# Load'),
  'n = 1',
  text('## Clean'),
  'n + 1',
  text('# Fit'),
  '1 / 0'
];

/** A heading of JupyterLab's table of contents, as the eye and a screen reader get it. */
function heading(patina: PatinaPage, name: string): Locator {
  return patina.page
    .locator('.jp-TableOfContents .jp-tocItem-content')
    .filter({ hasText: new RegExp(`^${name}$`) });
}

async function openOutline(patina: PatinaPage): Promise<void> {
  await patina.page.locator('.jp-SideBar [title^="Table of Contents"]').click();
  await expect(heading(patina, 'Load')).toBeVisible();
}

test('a section is run from any of its cells, and the outline says what came of it', async ({
  patina,
  notebook
}, info) => {
  await patina.open(notebook('sections.tsnb', CELLS));
  await openOutline(patina);
  await patina.menu('Patina', 'Run Section', 2);
  await expect(patina.output(2, 5, 'succeeded')).toContainText('2');
  await expect(patina.outputs).toHaveCount(2);
  const status = 'data-patina-status';
  await expect(heading(patina, 'Load')).toHaveAttribute(status, '✓ succeeded');
  await expect(heading(patina, 'Clean')).toHaveAttribute(status, '✓ succeeded');
  await expect(heading(patina, 'Fit')).not.toHaveAttribute(status);

  await heading(patina, 'Fit').click({ button: 'right' });
  await patina.page.getByRole('menuitem', { name: 'Run Section' }).click();
  await expect(patina.output(3, 7, 'failed')).toBeVisible();
  await expect(heading(patina, 'Fit')).toHaveAttribute(status, '✗ failed');

  await patina.type(4, 'n + 2');
  await expect(heading(patina, 'Clean')).toHaveAttribute(status, '✎ edited');
  await expect(heading(patina, 'Load')).toHaveAttribute(status, '✎ edited');
  await patina.page.screenshot({ path: info.outputPath('sections.png') });
  await patina.panel.getByRole('button', { name: 'New Run' }).first().click();
  await expect(patina.tabs).toHaveCount(2);
  await expect(heading(patina, 'Fit')).not.toHaveAttribute(status);
});

test('a section is collapsed, stays so in the file, and is run while it is', async ({
  patina,
  notebook
}) => {
  const path = notebook('collapse.tsnb', CELLS);
  await patina.open(path);
  await patina.menu('Patina', 'Collapse or Expand Section', 2);
  await expect(patina.sourceCells.nth(2)).toBeHidden();
  await expect(patina.sourceCells.nth(4)).toBeHidden();
  await expect(patina.sourceCells.nth(5)).toBeVisible();
  await expect(patina.sourceCells.nth(1)).toHaveClass(/jp-mod-active/);
  await patina.menu('Patina', 'Run Section');
  await expect(patina.output(2, 5, 'succeeded')).toBeVisible();
  await patina.page.keyboard.press('Control+s');
  await expect
    .poll(async () => (await patina.server.request(`files/${path}`)).text())
    .toContain('jp-MarkdownHeadingCollapsed = true');

  await patina.open(path);
  await expect(patina.sourceCells.nth(5)).toBeVisible();
  await expect(patina.sourceCells.nth(2)).toBeHidden();
  await patina.menu('Patina', 'Collapse or Expand Section', 1);
  await expect(patina.sourceCells.nth(2)).toBeVisible();
});

test('above the first heading there is no section to run', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('none.tsnb', CELLS));
  await patina.sourceCells.nth(0).click();
  await patina.page
    .getByRole('menubar')
    .getByRole('menuitem', { name: 'Patina', exact: true })
    .click();
  const item = patina.page.getByRole('menuitem', { name: 'Run Section' });
  await expect(item).toHaveAttribute('aria-disabled', 'true');
});
