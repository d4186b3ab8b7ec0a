import { test, expect } from './support/test';

test('a dead kernel is loud, costs only the cell that ran, and nothing restarts by itself', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('crash.tsnb', [
      '"before"',
      'import os\nos.kill(os.getpid(), 11)',
      '"after"'
    ])
  );
  await patina.run(0);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('before');
  await patina.run(1);
  await expect(patina.result(2, 2, 'failed')).toContainText('SIGSEGV');
  await expect(patina.panel.getByRole('alert').first()).toBeVisible();
  await expect(patina.result(1, 1, 'succeeded')).toContainText('before');

  await patina.panel
    .getByRole('alert')
    .getByRole('button', { name: 'Restart' })
    .click();
  await patina.run(2);
  await expect(patina.result(3, 3, 'succeeded')).toContainText('after');
});
