import { test, expect } from './support/test';

test('a cell is marked as edited by what it says, and undoing the edit clears the mark', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('marks.tsnb', ['a = 1', 'a + 1']));
  await patina.run(0);
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toBeVisible();
  const strip = patina.sourceCells.first().locator('.jp-PatinaStrip');
  await expect(strip).toContainText('✓ succeeded');

  await patina.type(0, 'a = 5');
  await expect(strip).toContainText('✎ edited since it ran');
  await expect(patina.output(1, 1, 'succeeded')).toContainText('edited');
  await expect(
    patina.page.locator('#jp-bottom-panel, .jp-StatusBar-Widget').last()
  ).toContainText('1 edited');
  await patina.type(0, 'a = 1');
  await expect(strip).toContainText('✓ succeeded');

  await patina.type(0, 'a = 7');
  await patina.menu('Patina', 'Run Edited Cells', 1);
  await expect(patina.output(3, 1, 'succeeded')).toBeVisible();
  await expect(strip).toContainText('✓ succeeded');
});

test('after a restart earlier results are marked as of an old session', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('old.tsnb', ['1', '2']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.command('Restart', '0', '0');
  await patina.page
    .getByRole('dialog')
    .getByRole('button', { name: 'Restart' })
    .click();
  const strip = patina.sourceCells.first().locator('.jp-PatinaStrip');
  await expect(strip).toContainText('↺ old session');
  await expect(patina.output(1, 1, 'succeeded')).toContainText('old session');
  await patina.run(0);
  await expect(strip).toContainText('✓ succeeded');
});
