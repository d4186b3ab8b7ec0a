import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, expect } from './support/test';
import { PatinaPage } from './support/notebook';

const ROWS = 100_000;
const READ = `import pandas as pd
data = pd.read_csv("measures.csv")
data.describe().loc[["count", "mean"]]`;
const PLOT = 'data.groupby("group").y.mean().plot.bar();';
const TRAIN = `import time
from sklearn.linear_model import Ridge
for step in range(6):
    model = Ridge(alpha).fit(data[["x"]], data.y)
    print("step", step, "slope", round(model.coef_[0], 2), flush=True); time.sleep(0.5)`;

/** 100,000 rows of y ≈ 3 x, in four groups. */
function csv(): string {
  const rows = Array.from(
    { length: ROWS },
    (_, n) => `${n % 100},${3 * (n % 100) + (n % 7)},${'abcd'[n % 4]}`
  );
  return ['x,y,group', ...rows].join('\n');
}

test('a table is read, described, plotted and fitted in two runs; nothing is lost when the browser or the kernel goes', async ({
  browser,
  server,
  notebook
}) => {
  writeFileSync(join(server.root, 'measures.csv'), csv());
  const path = notebook('real.tsnb', [
    'alpha = 1',
    READ,
    PLOT,
    TRAIN,
    'import os, time\nprint("going", flush=True); time.sleep(1)\nos.kill(os.getpid(), 9)'
  ]);
  const first = await browser.newPage();
  const before = new PatinaPage(first, server);
  await before.open(path);
  for (const cell of [0, 1, 2, 3]) {
    await before.run(cell);
  }
  await expect(before.result(2, 2, 'succeeded')).toContainText('100000');
  await expect(
    before.output(3, 3, 'succeeded').locator('img').first()
  ).toBeVisible();
  await expect(before.result(4, 4, 'running')).toContainText('step 0');
  await first.close();

  const after = new PatinaPage(await browser.newPage(), server);
  await after.open(path);
  const fit = after.result(4, 4, 'succeeded');
  for (let step = 0; step < 6; step++) {
    await expect(fit).toContainText(`step ${step} slope 3.0`);
  }
  await after.panel.getByRole('button', { name: 'New Run' }).first().click();
  await expect(after.tabs).toHaveCount(2);
  await after.run(0, 'alpha = 1e9');
  for (const cell of [1, 2, 3]) {
    await after.run(cell);
  }
  await expect(after.result(4, 4, 'succeeded')).toContainText('step 5 slope');
  await expect(after.result(4, 4, 'succeeded')).not.toContainText('slope 3.0');

  await after.editor(4).click();
  await after.page.keyboard.press('Control+Enter');
  await expect(after.result(5, 5, 'failed')).toContainText('SIGKILL');
  await expect(after.result(5, 5, 'failed')).toContainText('going');
  await expect(after.result(2, 2, 'succeeded')).toContainText('100000');
  await after.tabs.first().click();
  await expect(fit).toContainText('step 5 slope 3.0');
});
