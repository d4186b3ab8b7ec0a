import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
