import { violations } from './support/axe';
import { test, expect } from './support/test';

for (const theme of ['JupyterLab Light', 'JupyterLab Dark'] as const) {
  test(`axe finds nothing wrong with a notebook in ${theme}`, async ({
    patina,
    notebook
  }) => {
    await patina.page.emulateMedia({
      colorScheme: theme === 'JupyterLab Dark' ? 'dark' : 'light'
    });
    await patina.open(
      notebook('axe.tsnb', [
        'print("\\x1b[31mred\\x1b[0m text")',
        '1 / 0',
        'from IPython.display import HTML; HTML("<table><tr><th>a</th></tr><tr><td>1</td></tr></table>")'
      ])
    );
    await expect(patina.page.locator('body')).toHaveAttribute(
      'data-jp-theme-name',
      theme
    );
    await patina.run(0);
    await patina.run(1);
    // What is queued behind a cell that fails is not run.
    await expect(patina.output(2, 2, 'failed')).toBeVisible();
    await patina.run(2);
    await expect(patina.output(3, 3, 'succeeded')).toBeVisible();
    expect(await violations(patina.page, '.jp-PatinaPanel')).toEqual([]);
  });
}
