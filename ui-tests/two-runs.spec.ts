import { expect, test, testWithOwnServer } from './support/test';

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

// What JupyterLab restores after a reload is the server's: pages of other tests write it, too.
testWithOwnServer(
  'the run that was shown is shown again after a reload',
  async ({ patina, notebook }) => {
    const path = notebook('shown.tsnb', ['1 + 1']);
    await patina.open(path);
    await patina.run(0);
    await expect(patina.result(1, 1, 'succeeded')).toContainText('2');
    await patina.panel.getByRole('button', { name: 'New Run' }).first().click();
    await expect(patina.tabs).toHaveCount(2);
    await expect(patina.tabs.nth(1)).toHaveAttribute('aria-selected', 'true');
    await patina.tabs.first().click();
    await patina.page.reload();
    await expect(patina.tabs).toHaveCount(2);
    await expect(patina.tabs.first()).toHaveAttribute('aria-selected', 'true');
    await patina.tabs.nth(1).click();
    await patina.page.reload();
    await expect(patina.tabs.nth(1)).toHaveAttribute('aria-selected', 'true');
  }
);
