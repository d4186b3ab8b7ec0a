import { test, expect } from './support/test';

test('Shift+Tab shows what the kernel knows about a name', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('tooltip.tsnb', ['"ready"', 'print']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.editor(1).click();
  await patina.page.keyboard.press('End');
  const tooltip = patina.page.locator('.jp-Tooltip');
  await expect(async () => {
    await patina.page.keyboard.press('Shift+Tab');
    await expect(tooltip).toContainText('print', { timeout: 2000 });
  }).toPass();
});
