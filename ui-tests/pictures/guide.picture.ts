import { randomUUID } from 'node:crypto';
import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { type PatinaPage, tsnb } from '../support/notebook';
import { expect, testWithOwnServer as test } from '../support/test';

const ROOT = resolve(__dirname, '../..');
// The places of the example's code cells.
const [READINGS, SMOOTH, LOSE] = [1, 2, 7];

test.use({ viewport: { width: 1280, height: 720 } });

async function picture(page: Page, name: string): Promise<void> {
  const hint = page.getByRole('button', { name: 'Got it' });
  if (await hint.isVisible()) {
    await hint.click();
  }
  // What a pointer rests on is highlighted, and the caret blinks.
  await page.mouse.move(0, 0);
  await page.screenshot({
    path: join(ROOT, `docs/pictures/${name}.png`),
    caret: 'hide'
  });
}

/** Opens the example about forks, runs its first two cells, and tries another window in a fork. */
async function fork(patina: PatinaPage): Promise<void> {
  await patina.open('fork-undo-compare.tsnb');
  await patina.page.getByRole('tab', { name: /File Browser/ }).click();
  await patina.run(READINGS);
  await expect(patina.result(1, 2, 'succeeded')).toContainText('288 readings');
  await patina.run(SMOOTH);
  await expect(patina.result(2, 3, 'succeeded').locator('img')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  const lines = await patina.editor(SMOOTH).locator('.cm-line').allInnerTexts();
  const code = lines.map(line => line.trimEnd()).join('\n');
  await patina.type(SMOOTH, code.replace('window = 6', 'window = 36'));
  await patina.page.keyboard.press('Control+Shift+Enter');
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.result(3, 3, 'succeeded').locator('img')).toBeVisible();
  await expect(patina.idle).toBeVisible();
}

test('fork, undo, variables, compare and search, with one notebook', async ({
  patina,
  server
}) => {
  test.setTimeout(240_000);
  cpSync(join(ROOT, 'examples'), server.root, { recursive: true });
  const { page } = patina;
  await fork(patina);
  await page.keyboard.press('Escape');
  await picture(page, 'fork');

  await patina.run(LOSE);
  await expect(patina.result(4, 8, 'succeeded')).toContainText('0 readings');
  await page.keyboard.press('Escape');
  await patina.command('Show Globals', 'g', 'v');
  const globals = page.getByRole('treegrid', { name: 'Globals' });
  await expect(globals.getByRole('row', { name: /readings/ })).toBeVisible();
  await expect(patina.idle).toBeVisible();
  await picture(page, 'globals');

  await patina.editor(LOSE).click();
  await patina.command('Undo Last Execution', 'u', 'u');
  await expect(patina.output(4, 8, 'succeeded, undone')).toBeVisible();
  await picture(page, 'undo');

  await patina.menu('Patina', 'Compare Runs…');
  const comparison = page.getByRole('region', { name: 'Comparison' });
  await expect(comparison.getByRole('status').first()).toContainText('differ');
  await expect(comparison.locator('img').first()).toBeVisible();
  await picture(page, 'compare');
});

test('a search in all that ever ran', async ({ patina, server }) => {
  test.setTimeout(240_000);
  cpSync(join(ROOT, 'examples'), server.root, { recursive: true });
  const { page } = patina;
  await fork(patina);
  await page.keyboard.press('Escape');
  await patina.command('Search History', 'g', 'h');
  const panel = page.getByRole('search', { name: 'History' });
  await page.keyboard.type('window');
  await expect(panel.getByRole('listitem')).toHaveCount(2);
  await picture(page, 'search');
});

test('a crash, and what is offered', async ({ patina, server }) => {
  const cells = [
    'measured = [18.2, 19.1, 17.8]\nsum(measured) / len(measured)',
    'import ctypes\n\nctypes.string_at(0)  # reads where nothing is',
    'max(measured)'
  ].map(source => ({ type: 'code' as const, source }));
  writeFileSync(
    join(server.root, 'measure.tsnb'),
    tsnb(randomUUID(), cells, 'patina-python')
  );
  await patina.open('measure.tsnb');
  await patina.page.getByRole('tab', { name: /File Browser/ }).click();
  await patina.run(0);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('18.3');
  await patina.run(1);
  await expect(patina.result(2, 2, 'failed')).toContainText('SIGSEGV');
  await expect(patina.panel.getByRole('alert').first()).toBeVisible();
  await picture(patina.page, 'crash');
});
