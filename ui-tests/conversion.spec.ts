import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './support/test';
import type { PatinaPage } from './support/notebook';

const IPYNB = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'python3', display_name: 'Python 3' } },
  cells: [
    {
      id: 'a',
      cell_type: 'code',
      source: '6 * 7',
      metadata: {},
      execution_count: 1,
      outputs: [
        {
          output_type: 'execute_result',
          execution_count: 1,
          data: { 'text/plain': '42' },
          metadata: {}
        }
      ]
    }
  ]
});

const TWINSONG = `version = "twinsong 0.0.1"

[editor_root]
id = "a0ff2759-edf5-44ac-a367-6d86c6bc4bcf"
name = "root"
scope = "Own"

[[editor_root.children]]
type = "Group"
id = "b3852a51-3782-4e11-9182-33a1455139b0"
name = "Model"
scope = "Inherit"

[[editor_root.children.children]]
type = "Cell"
id = "16918374-b87d-4a7d-8667-064a6a752ff0"
code = "x = 10"
`;

const TWINSONG_RUN = `title = "Old run"
id = "0b0c6a57-4c2a-4b5e-9a0a-3a3f1c4c1c11"
created = "2025-03-01T10:00:00Z"

[kernel_state]
type = "Closed"

[[output_cells]]
id = "8c7b8b38-5d3b-4a53-8a0e-b54b5ad5d0d1"
flag = "Success"
called_id = "16918374-b87d-4a7d-8667-064a6a752ff0"

[[output_cells.values]]
type = "Text"
value = "said by Twinsong"

[output_cells.editor_node]
id = "a0ff2759-edf5-44ac-a367-6d86c6bc4bcf"
name = "root"
scope = "Own"

[[output_cells.editor_node.children]]
type = "Cell"
id = "16918374-b87d-4a7d-8667-064a6a752ff0"
code = "print('said by Twinsong')"
`;
/** Open the context menu of a file in the file browser, and choose an item. */
async function fromContextMenu(
  { page }: PatinaPage,
  file: string,
  item: string
): Promise<void> {
  await page
    .locator('.jp-DirListing-item')
    .filter({ hasText: file })
    .click({ button: 'right' });
  await page.getByRole('menuitem', { name: item }).click();
}

test('an ipynb is opened with Patina from the file browser, and shows what it showed', async ({
  patina,
  server
}) => {
  writeFileSync(join(server.root, 'from-jupyter.ipynb'), IPYNB);
  await patina.visit('');
  await fromContextMenu(patina, 'from-jupyter.ipynb', 'Open with Patina');
  await expect(patina.editor(0)).toContainText('6 * 7');
  await expect(patina.result(1, 1, 'succeeded')).toContainText('42');
  await expect(patina.tabs.first()).toHaveAccessibleName(/Imported.*stopped/);
  expect(existsSync(join(server.root, 'from-jupyter.ipynb'))).toBe(true);
});

test('where there is a notebook already a person is asked, and nothing is replaced unasked', async ({
  patina,
  server
}) => {
  writeFileSync(join(server.root, 'twice.md'), '# New\n');
  const path = join(server.root, 'twice.tsnb');
  const there =
    'format = "patina-lab 1"\nid = "1e0d7ab8-3c33-4b3a-a2cf-7a3b3b1f0c11"\nkernel = "patina-python"\nlanguage = "python"\n\n[[cells]]\nid = "a"\ntype = "code"\nsource = \'\'\'\nmine\'\'\'\n';
  writeFileSync(path, there);
  await patina.visit('');
  await fromContextMenu(patina, 'twice.md', 'Open with Patina');
  await expect(patina.page.getByRole('dialog')).toContainText(
    'twice.tsnb exists already'
  );
  await patina.dialog('Cancel').click();
  expect(readFileSync(path, 'utf8')).toBe(there);
  await fromContextMenu(patina, 'twice.md', 'Open with Patina');
  await patina.dialog('Replace').click();
  await expect(patina.sourceCells).toHaveCount(1);
  await expect(
    patina.panel.getByRole('heading', { name: 'New' })
  ).toBeVisible();
});

test('a notebook of Twinsong opens read-only, and offers to be converted', async ({
  patina,
  server
}) => {
  const file = join(server.root, 'old.tsnb');
  writeFileSync(file, TWINSONG);
  await patina.visit('old.tsnb');
  const banner = patina.panel.getByRole('alert');
  await expect(banner).toContainText(
    'old.tsnb is a notebook of Twinsong, open read-only'
  );
  await expect(patina.editor(1)).toContainText('x = 10');
  await patina.editor(1).click();
  await patina.page.keyboard.type('not mine');
  await expect(patina.editor(1)).not.toContainText('not mine');
  await expect(banner.getByRole('button', { name: 'Convert' })).toBeVisible();
  expect(readFileSync(file, 'utf8')).toBe(TWINSONG);
});

test('an ipynb that is dropped on the file browser is uploaded, and opened with Patina', async ({
  patina,
  server
}) => {
  await patina.visit('');
  const file = test.info().outputPath('dropped.ipynb');
  writeFileSync(file, IPYNB);
  await drop(patina, file);
  await fromContextMenu(patina, 'dropped.ipynb', 'Open with Patina');
  await expect(patina.editor(0)).toContainText('6 * 7');
  expect(existsSync(join(server.root, 'dropped.tsnb'))).toBe(true);
});

/** Drop a file of the disk on the file browser, as a person does: a script cannot make such files. */
async function drop({ page }: PatinaPage, file: string): Promise<void> {
  const listing = page.locator('#filebrowser .jp-DirListing-content');
  await listing.waitFor();
  const box = await listing.boundingBox();
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  const at = { x: box!.x + box!.width / 2, y: box!.y + box!.height / 2 };
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  }
}

test('Convert in the banner makes a notebook beside, with the runs that there were', async ({
  patina,
  server
}) => {
  const runs = join(server.root, 'song.tsnb.runs');
  mkdirSync(runs);
  writeFileSync(join(runs, 'Old_run_0b0c6a57.run'), TWINSONG_RUN);
  writeFileSync(join(server.root, 'song.tsnb'), TWINSONG);
  await patina.visit('song.tsnb');
  const banner = patina.panel.getByRole('alert');
  await banner.getByRole('button', { name: 'Convert' }).click();
  await expect(
    patina.page.getByRole('tab', { name: 'song-patina.tsnb' })
  ).toBeVisible();
  await expect(patina.tabs.first()).toHaveAccessibleName(/Old run/);
  await expect(patina.timeline).toContainText('said by Twinsong');
  expect(readFileSync(join(server.root, 'song.tsnb'), 'utf8')).toBe(TWINSONG);
});
