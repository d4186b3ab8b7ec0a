import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, testWithOwnServer } from './support/test';
import { PatinaPage } from './support/notebook';

test('a file that changes on disk changes in the page', async ({
  patina,
  notebook,
  server
}) => {
  const path = notebook('disk.tsnb', ['"as it was"', '"stays"']);
  await patina.open(path);
  const file = join(server.root, path);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('as it was', 'from outside')
  );
  await expect(patina.editor(0)).toContainText('from outside');
  await expect(patina.editor(1)).toContainText('stays');
});

test('what is typed is saved without being asked for', async ({
  patina,
  notebook,
  server
}) => {
  const path = notebook('autosave.tsnb', ['1']);
  await patina.open(path);
  await patina.type(0, '"typed"');
  await expect
    .poll(() => readFileSync(join(server.root, path), 'utf8'))
    .toContain('"typed"');
});

test('a file that cannot be read opens read-only, says where and why, and is left alone', async ({
  patina,
  server
}) => {
  const broken =
    'format = "patina-lab 1"\nid = "0c6c0e9e-6a6e-4f0b-8f4e-2f0d4a9b7c36"\nkernel = "patina-python\n';
  const file = join(server.root, 'broken.tsnb');
  writeFileSync(file, broken);
  await patina.visit('broken.tsnb');
  const banner = patina.panel.getByRole('alert');
  await expect(banner).toContainText('broken.tsnb, line 3');
  await expect(banner).toContainText('The file is untouched');
  await expect(patina.sourceCells).toHaveCount(0);
  await patina.page.keyboard.press('Control+s');
  await expect(banner).toBeVisible();
  expect(readFileSync(file, 'utf8')).toBe(broken);
});

test('a notebook for a kernel that is not there can be read, and says what to install', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('cobol.tsnb', ['DISPLAY "HELLO"'], 'patina-cobol')
  );
  await expect(patina.editor(0)).toContainText('DISPLAY');
  await patina.run(0);
  const message = patina.page.getByRole('alert').filter({
    hasText: 'patina-cobol'
  });
  await expect(message.first()).toContainText(/install/i);
});

testWithOwnServer(
  'what two people type while the server is away is merged when it is back',
  async ({ browser, server, notebook }) => {
    const path = notebook('offline.tsnb', ['"a"', '"b"']);
    const [left, right] = await Promise.all(
      [0, 1].map(async () => {
        const context = await browser.newContext();
        return new PatinaPage(await context.newPage(), server);
      })
    );
    await left.open(path);
    await right.open(path);
    await right.type(1, '"before"');
    await expect(left.editor(1)).toContainText('before');
    await server.kill('SIGKILL');
    await expect(left.panel.getByText('reconnecting')).toBeVisible();
    await left.type(0, '"typed on the left"');
    await right.type(1, '"typed on the right"');
    await server.launch();
    await expect(right.editor(0)).toContainText('typed on the left');
    await expect(left.editor(1)).toContainText('typed on the right');
    for (const typed of ['typed on the left', 'typed on the right']) {
      await expect
        .poll(() => readFileSync(join(server.root, path), 'utf8'))
        .toContain(typed);
    }
  }
);

test('a notebook that is renamed takes its runs along, and goes on', async ({
  patina,
  server,
  notebook
}) => {
  const path = notebook('before.tsnb', ['n = 1', 'n + 1']);
  await patina.open(path);
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  const renamed = path.replace('before', 'after');
  const { page } = patina;
  await page
    .getByRole('menubar')
    .getByRole('menuitem', { name: 'File', exact: true })
    .click();
  await page.getByRole('menuitem', { name: /^Rename/ }).click();
  await page.getByRole('dialog').getByRole('textbox').fill(renamed);
  await patina.dialog('Rename').click();
  await expect
    .poll(() => existsSync(join(server.root, `${renamed}.runs`)))
    .toBe(true);
  await patina.run(1);
  await expect(patina.result(2, 2, 'succeeded')).toContainText('2');
  await expect(
    patina.sourceCells.nth(1).getByText('#2', { exact: true }).first()
  ).toBeVisible();
  expect(existsSync(join(server.root, `${path}.runs`))).toBe(false);
});
