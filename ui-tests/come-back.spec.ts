import {
  expect,
  test,
  testWithLeavingServer,
  testWithOwnServer
} from './support/test';
import { PatinaPage } from './support/notebook';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SLOW =
  'import time\nfor i in range(8):\n    print("step", i, flush=True); time.sleep(0.5)';

test('a cell goes on while no browser is open, and nothing of it is missing', async ({
  browser,
  server,
  notebook
}) => {
  const path = notebook('away.tsnb', [SLOW]);
  const first = await browser.newPage();
  const before = new PatinaPage(first, server);
  await before.open(path);
  await before.run(0);
  await expect(before.result(1, 1, 'running')).toContainText('step 1');
  await first.close();

  await new Promise(done => setTimeout(done, 2_000));
  const after = new PatinaPage(await browser.newPage(), server);
  await after.open(path);
  const output = after.result(1, 1, 'succeeded');
  await expect(output).toBeVisible();
  for (let step = 0; step < 8; step++) {
    await expect(output).toContainText(`step ${step}`);
  }
});

testWithOwnServer(
  'after the server was restarted the history is there, and the run can be started again',
  async ({ patina, server, notebook }) => {
    const path = notebook('history.tsnb', ['"kept for ever"']);
    await patina.open(path);
    await patina.run(0);
    await expect(patina.result(1, 1, 'succeeded')).toContainText(
      'kept for ever'
    );

    await server.kill('SIGTERM');
    await expect(
      patina.panel.getByText('reconnecting', { exact: false }).first()
    ).toBeVisible();
    await server.launch();
    await patina.open(path);
    await expect(patina.result(1, 1, 'succeeded')).toContainText(
      'kept for ever'
    );
  }
);

const UNTIL_ENOUGH = `
import os, time
n = 0
while not os.path.exists("enough"):
    print("line", n, flush=True)
    n += 1
    time.sleep(0.05)
print("of", n)
`;

testWithLeavingServer(
  'a cell goes on without its server, and the page has all of it with the next one',
  async ({ patina, server, notebook }) => {
    const path = notebook('goes-on.tsnb', [UNTIL_ENOUGH], 'patina-python');
    await patina.open(path);
    await patina.run(0);
    await expect(patina.result(1, 1, 'running')).toContainText('line 3');

    await server.kill('SIGKILL');
    await expect(
      patina.panel.getByText('reconnecting', { exact: false }).first()
    ).toBeVisible();
    await server.launch();
    // Its notice: what was said to a screen reader stays there until something else is.
    await expect(
      patina.panel
        .locator('.jp-PatinaNotice')
        .filter({ hasText: 'reconnecting' })
    ).toHaveCount(0);
    await expect(patina.result(1, 1, 'running')).toBeVisible();
    writeFileSync(join(server.root, 'enough'), '');

    const output = patina.result(1, 1, 'succeeded');
    await expect(output).toContainText(/of \d+/);
    const lines = ((await output.textContent()) ?? '').match(/line \d+/g) ?? [];
    const count = Number(
      /of (\d+)/.exec((await output.textContent()) ?? '')?.[1]
    );
    expect(lines).toEqual(Array.from({ length: count }, (_, n) => `line ${n}`));
  }
);
