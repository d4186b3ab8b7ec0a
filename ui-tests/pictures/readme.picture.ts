import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, testWithOwnServer as test } from '../support/test';

const ROOT = resolve(__dirname, '../..');

test('the picture of the README: two runs of the rides example', async ({
  patina,
  server
}) => {
  test.setTimeout(240_000);
  const { page } = patina;
  cpSync(join(ROOT, 'examples'), server.root, { recursive: true });
  await page.setViewportSize({ width: 1440, height: 900 });
  await patina.open('rides.tsnb');
  await page.getByRole('tab', { name: /File Browser/ }).click();
  await patina.menu('Run', 'Run All Cells');
  await expect(patina.result(4, 5, 'succeeded')).toContainText('depth 4', {
    timeout: 90_000
  });

  await patina.panel.getByRole('button', { name: 'New Run' }).first().click();
  await expect(patina.tabs).toHaveCount(2);
  const lines = await patina.editor(4).locator('.cm-line').allInnerTexts();
  const train = lines.map(line => line.trimEnd()).join('\n');
  await patina.type(4, train.replace('depth = 4', 'depth = 9'));
  await patina.menu('Run', 'Run All Cells');
  await expect(patina.result(4, 5, 'succeeded')).toContainText('depth 9', {
    timeout: 90_000
  });
  // The caret at the end of a long line would have its beginning out of view.
  await patina.editor(4).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Got it' }).click();
  await patina.output(2, 3, 'succeeded').scrollIntoViewIfNeeded();
  await expect(patina.output(3, 4, 'succeeded').locator('img')).toBeVisible();
  await page.screenshot({ path: join(ROOT, 'docs/pictures/notebook.png') });
});
