import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Download } from '@playwright/test';
import { expect, test } from './support/test';
import type { PatinaPage } from './support/notebook';

/** Open a notebook in which a cell has said something, below a formula. */
async function said(
  patina: PatinaPage,
  notebook: (
    name: string,
    cells: { type: 'code' | 'markdown'; source: string }[]
  ) => string
): Promise<string> {
  const path = notebook('report.tsnb', [
    { type: 'markdown', source: 'It is $x^2$.' },
    { type: 'code', source: "print('said', 6 * 7)" }
  ]);
  await patina.open(path);
  await patina.press(1);
  await expect(patina.result(1, 2, 'succeeded')).toContainText('said 42');
  return path.replace(/\.tsnb$/, '');
}

/** Choose a format of the export menu, and answer its dialog. */
async function exportAs(
  { page }: PatinaPage,
  format: string,
  outputsOf?: string
): Promise<void> {
  await page
    .getByRole('menubar')
    .getByRole('menuitem', { name: 'File', exact: true })
    .click();
  // Lumino gives an item that has a submenu no role of its own.
  await page
    .locator('.lm-Menu-item')
    .filter({ hasText: 'Save and Export Notebook As' })
    .hover();
  await page.getByRole('menuitem', { name: format, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`Export as ${format}`);
  if (outputsOf !== undefined) {
    await dialog.getByLabel('Outputs of').selectOption({ label: outputsOf });
  }
  await dialog.getByRole('button', { name: 'Export' }).click();
}

/** Download what was exported, by the notification's button. */
async function downloaded(patina: PatinaPage): Promise<Download> {
  const [download] = await Promise.all([
    patina.page.waitForEvent('download'),
    patina.notification('Download').click()
  ]);
  return download;
}

test('a run is exported as HTML, downloaded, and shows in a browser without a network', async ({
  patina,
  notebook,
  context
}) => {
  const stem = await said(patina, notebook);
  await exportAs(patina, 'HTML');
  const download = await downloaded(patina);
  expect(download.suggestedFilename()).toBe(`${stem}.html`);
  const file = test.info().outputPath('report.html');
  await download.saveAs(file);
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', request => asked.push(request.url()));
  await page.goto(`file://${file}`);
  await expect(page.getByText('said 42')).toBeVisible();
  await expect(page.locator('math msup')).toBeVisible();
  expect(asked.filter(url => !/^(file|data|blob):/.test(url))).toEqual([]);
});

test('an export has the outputs of the chosen run, or none', async ({
  patina,
  notebook,
  server
}) => {
  const stem = await said(patina, notebook);
  const exported = () =>
    JSON.parse(readFileSync(join(server.root, `${stem}.ipynb`), 'utf8')) as {
      cells: { outputs?: { text: string }[] }[];
    };
  await exportAs(patina, 'Jupyter Notebook (.ipynb)', 'None');
  await expect(patina.notification('Open')).toBeVisible();
  expect(exported().cells[1].outputs).toEqual([]);
  await exportAs(patina, 'Jupyter Notebook (.ipynb)', 'Run 1');
  await patina.dialog('Replace').click();
  await expect
    .poll(() => JSON.stringify(exported().cells[1].outputs))
    .toContain('said 42');
});

for (const withRuns of [true, false]) {
  test(`a copy is saved ${withRuns ? 'with' : 'without'} its runs`, async ({
    patina,
    notebook,
    server
  }) => {
    const stem = await said(patina, notebook);
    await patina.menu('File', 'Save Copy As…');
    const dialog = patina.page.getByRole('dialog');
    await expect(dialog.getByLabel('File')).toHaveValue(`${stem}-copy.tsnb`);
    await dialog.getByLabel('With its runs').setChecked(withRuns);
    await patina.dialog('Save Copy').click();
    await expect(
      patina.page.getByRole('tab', { name: `${stem}-copy.tsnb` })
    ).toBeVisible();
    await expect(patina.editor(1)).toContainText('6 * 7');
    await expect(patina.tabs).toHaveCount(withRuns ? 1 : 0);
    const idOf = (name: string) =>
      /^id = "(.*)"/m.exec(readFileSync(join(server.root, name), 'utf8'))?.[1];
    expect(idOf(`${stem}-copy.tsnb`)).not.toBe(idOf(`${stem}.tsnb`));
  });
}
