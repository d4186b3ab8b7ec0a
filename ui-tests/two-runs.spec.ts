import { test, expect } from './support/test';

test('two runs of one notebook keep their own variables and timelines', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('two.tsnb', ['rate = 1', 'rate * 100']));
  await patina.run(0);
  await patina.run(1);
  await expect(patina.result(2, 2, 'succeeded')).toContainText('100');

  await patina.panel.getByRole('button', { name: 'New Run' }).first().click();
  await expect(patina.tabs).toHaveCount(2);
  await patina.run(0, 'rate = 7');
  await patina.run(1);
  await expect(patina.result(2, 2, 'succeeded')).toContainText('700');

  await patina.tabs.first().click();
  await expect(patina.result(2, 2, 'succeeded')).toContainText('100');
});
