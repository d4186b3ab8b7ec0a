import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, expect } from '../support/test';

const ROOT = resolve(__dirname, '../..');

test('the picture of the README: two runs of the rides example', async ({
  patina,
  server
}) => {
  cpSync(join(ROOT, 'examples'), server.root, { recursive: true });
  await patina.page.setViewportSize({ width: 1440, height: 900 });
  await patina.open('rides.tsnb');
  await patina.menu('Run', 'Run All Cells');
  await expect(patina.output(4, 5, 'succeeded')).toContainText('depth 4', {
    timeout: 90_000
  });

  await patina.panel.getByRole('button', { name: 'New Run' }).first().click();
  await expect(patina.tabs).toHaveCount(2);
  const train = await patina.sourceCells.nth(4).textContent();
  await patina.type(4, (train ?? '').replace('depth = 4', 'depth = 9'));
  await patina.menu('Run', 'Run All Cells');
  await expect(patina.output(4, 5, 'succeeded')).toBeVisible({
    timeout: 90_000
  });
  await patina.page.screenshot({
    path: join(ROOT, 'docs/pictures/notebook.png')
  });
});
