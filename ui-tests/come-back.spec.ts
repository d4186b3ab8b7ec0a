import { expect, test, testWithOwnServer } from './support/test';
import { PatinaPage } from './support/notebook';

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
  await expect(before.output(1, 1, 'running')).toContainText('step 1');
  await first.close();

  await new Promise(done => setTimeout(done, 2_000));
  const after = new PatinaPage(await browser.newPage(), server);
  await after.open(path);
  const output = after.output(1, 1, 'succeeded');
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
    await expect(patina.output(1, 1, 'succeeded')).toContainText(
      'kept for ever'
    );

    await server.kill('SIGTERM');
    await expect(
      patina.panel.getByText('reconnecting', { exact: false }).first()
    ).toBeVisible();
    await server.launch();
    await patina.open(path);
    await expect(patina.output(1, 1, 'succeeded')).toContainText(
      'kept for ever'
    );
  }
);
