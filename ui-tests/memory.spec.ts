import { expect, test } from './support/test';
import { LabServer } from './support/server';

const STATE =
  'import numpy as np\nbig = np.ones(125_000_000)\nsteps = iter(range(100))\nnext(steps), next(steps)';

/** More than any machine has. */
const TOO_MUCH = String(2 ** 50);

const scarce = test.extend({
  server: async ({}, use) => {
    const server = await LabServer.start(
      'stop',
      `--PatinaLab.memory_for_forks=${TOO_MUCH}`
    );
    await use(server);
    await server.dispose();
  }
});

scarce(
  'a fork for which there is no memory is refused with figures and what to free',
  async ({ patina, notebook }) => {
    await patina.open(notebook('scarce.tsnb', ['x = 1', 'x + 1']));
    await patina.run(0);
    await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
    await patina.command('Fork Run', 'f', 'f');
    const refused = patina.panel.getByRole('alert').filter({
      hasText: 'There is too little memory for a fork'
    });
    await expect(refused).toContainText(
      /[\d.]+ [GM]B of [\d.]+ GB are free, and at least 1048576\.0 GB are needed; Run 1 uses [\d.]+ MB/
    );
    await expect(refused).toContainText('Delete large variables');
    await expect(refused.getByRole('button', { name: 'Retry' })).toBeVisible();
    await expect(patina.tabs).toHaveCount(1);
    // The run goes on as if nobody had asked.
    await patina.run(1);
    await expect(patina.output(2, 2, 'succeeded')).toContainText('2');
  }
);

test('a run with 1 GB of state is forked, both go on differently, and the comparison finds the difference', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('large.tsnb', [STATE, 'found = 1', 'int(big.sum()), next(steps)'])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toContainText('(0, 1)');
  await patina.type(1, 'big[:10] = 3; found = "in the fork"');
  await patina.page.keyboard.press('Control+Shift+Enter');
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.output(2, 2, 'succeeded')).toBeVisible();
  await patina.run(2);
  await expect(patina.output(3, 3, 'succeeded')).toContainText(
    '(125000020, 2)'
  );

  await patina.tabs.first().click();
  await patina.run(1, 'big[:10] = 5; found = "in the parent"');
  await patina.run(2);
  await expect(patina.output(3, 3, 'succeeded')).toContainText(
    '(125000040, 2)'
  );

  await patina.menu('Patina', 'Compare Runs…');
  const view = patina.page.getByRole('region', { name: 'Comparison' });
  await expect(view.getByRole('row', { name: /^found/ })).toContainText(
    /in the parent.*in the fork/
  );
  await expect(view).toContainText('(125000040, 2)');
  await expect(view).toContainText('(125000020, 2)');
});
