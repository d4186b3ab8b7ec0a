import { violations } from './support/axe';
import { test, expect } from './support/test';

test('a run that was saved and stopped goes on with its variables, and says what did not come back', async ({
  patina,
  notebook
}) => {
  const { page, panel } = patina;
  await patina.open(
    notebook('saved.tsnb', ['n = 41\nsteps = (i for i in [1])', 'n + 1'])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  await patina.menu('Patina', 'Save Run State');
  await expect(page.getByText(/^The state of Run 1 is saved/)).toBeVisible();
  await patina.notification('Show').click();
  const lost = page.getByRole('dialog').getByRole('listitem');
  await expect(lost.filter({ hasText: 'steps' })).toBeVisible();
  await patina.dialog('Ok').click();

  await patina.menu('Patina', 'Stop Kernel, Keep History');
  await expect(
    panel.getByText('Its timeline is kept, and a state that was saved.')
  ).toBeVisible();
  await panel.getByRole('button', { name: 'Continue Saved Run' }).click();
  await expect(patina.idle).toBeVisible();
  await expect(panel.getByText(/did not come back as/)).toBeVisible();
  expect(await violations(page, '.jp-PatinaPanel')).toEqual([]);
  await patina.run(1);
  await expect(patina.result(2, 2, 'succeeded')).toContainText('42');

  // Whoever runs a cell in it when it is stopped is offered the same.
  await patina.menu('Patina', 'Stop Kernel, Keep History');
  await expect(
    panel.getByRole('button', { name: 'Continue Saved Run' })
  ).toBeVisible();
  await patina.run(1);
  await patina.notification('Continue Saved and Run').click();
  await expect(patina.result(3, 2, 'succeeded')).toContainText('42');
});
