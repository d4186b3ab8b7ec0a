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

test('after a crash, running another cell offers to go on with what was there before', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('go-on.tsnb', [
      'kept = 41',
      'import os\nos.kill(os.getpid(), 11)',
      'kept + 1'
    ])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  await patina.run(1);
  await expect(patina.output(2, 2, 'failed')).toBeVisible();
  await expect(patina.panel.getByRole('alert').first()).toBeVisible();
  await patina.run(2);
  await patina.notification('Go On and Run').click();
  await expect(patina.result(3, 3, 'succeeded')).toContainText('42');
});
