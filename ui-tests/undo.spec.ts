import { test, expect } from './support/test';

test('a bad cell is undone: its state is gone, its output is kept and struck through', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('undo.tsnb', [
      'data = [1, 2, 3]',
      'data.clear()\nextra = 1\n"emptied"',
      'data'
    ])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toContainText('emptied');
  await patina.command('Undo Last Execution', 'u', 'u');
  await expect(patina.output(2, 2, 'succeeded, undone')).toContainText(
    'emptied'
  );
  await expect(patina.panel.locator('div.jp-PatinaUnseen')).toContainText(
    'Output 2 undone'
  );
  // The variables show what it changed, until a cell runs.
  await patina.command('Show Globals', 'g', 'v');
  const mark = (name: RegExp, word: string) =>
    patina.page
      .getByRole('treegrid', { name: 'Globals' })
      .getByRole('row', { name })
      .getByRole('img', { name: word });
  await expect(mark(/\bdata list 3/, 'changed')).toBeVisible();
  await expect(mark(/\bextra int/, 'gone')).toBeVisible();
  await patina.run(2);
  await expect(patina.output(3, 3, 'succeeded')).toContainText('[1, 2, 3]');
  await expect(mark(/\bextra int/, 'gone')).toHaveCount(0);
  await expect(mark(/\bdata list 3/, 'changed')).toHaveCount(0);
});

test('several executions are undone, one after the other; then the command says why not', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('several.tsnb', ['n = 1', 'n = 2', 'n']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toBeVisible();
  await patina.command('Undo Last Execution', 'u', 'u');
  await expect(patina.output(2, 2, 'succeeded, undone')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  await patina.command('Undo Last Execution', 'u', 'u');
  await expect(patina.output(1, 1, 'succeeded, undone')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  // Whoever presses the keys is told why nothing happens.
  await patina.command('Undo Last Execution', 'u', 'u');
  await expect(
    patina.page.getByRole('alert').getByText('Nothing has run yet')
  ).toBeVisible();
  await patina.page
    .getByRole('menubar')
    .getByRole('menuitem', { name: 'Patina', exact: true })
    .click();
  const item = patina.page.getByRole('menuitem', {
    name: 'Undo Last Execution'
  });
  await expect(item).toHaveAttribute('aria-disabled', 'true');
  await item.hover();
  await expect(item).toHaveAttribute(
    'title',
    /Nothing has run yet that could be undone/
  );
});

test('after a crash a person goes on from before the cell that caused it', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('crash.tsnb', [
      'kept = iter(range(9))\nnext(kept)',
      'import os\nos.kill(os.getpid(), 11)',
      'next(kept)'
    ])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toContainText('0');
  await patina.run(1);
  const alert = patina.panel.getByRole('alert');
  await expect(patina.output(2, 2, 'failed')).toBeVisible();
  await expect(alert.getByRole('button', { name: 'Restart' })).toBeVisible();
  await expect(alert.getByRole('button', { name: 'New Run' })).toBeVisible();
  await alert
    .getByRole('button', { name: 'Go on from before this cell (#2)' })
    .click();
  await expect(alert).toHaveCount(0);
  await patina.run(2);
  await expect(patina.output(3, 3, 'succeeded')).toContainText('1');
});
