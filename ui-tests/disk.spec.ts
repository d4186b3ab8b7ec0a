import {
  existsSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './support/test';

test('both versions of a cell that was changed here and on disk are there, and a banner says so', async ({
  patina,
  notebook,
  server
}) => {
  const path = notebook('conflict.tsnb', ['"first"', '"as it was"']);
  await patina.open(path);
  const file = join(server.root, path);
  const before = readFileSync(file, 'utf8');
  await patina.type(1, '"typed"');
  writeFileSync(file, before.replace('as it was', 'from disk'));
  const banner = patina.panel.getByRole('alert');
  await expect(banner).toContainText('changed here and in');
  await expect(patina.editor(1)).toContainText('"typed"');
  await expect(patina.editor(2)).toContainText('from disk');
  await banner.getByRole('button', { name: 'Got It' }).click();
  await expect(banner).toHaveCount(0);
});

test('a file that was deleted is not made again until somebody says so', async ({
  patina,
  notebook,
  server
}) => {
  const path = notebook('gone.tsnb', ['"stays"']);
  await patina.open(path);
  const file = join(server.root, path);
  unlinkSync(file);
  const banner = patina.panel.getByRole('alert');
  await expect(banner).toContainText('was deleted or moved');
  await expect(patina.editor(0)).toContainText('stays');
  expect(existsSync(file)).toBe(false);
  await banner.getByRole('button', { name: 'Write It Again' }).click();
  await expect(banner).toHaveCount(0);
  // The banner goes when the writing begins.
  await expect.poll(() => existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain('"stays"');
});

test('a file that cannot be read any more leaves what is open, and is kept when it is written over', async ({
  patina,
  notebook,
  server
}) => {
  const path = notebook('marks.tsnb', ['"stays"']);
  await patina.open(path);
  const file = join(server.root, path);
  const broken = '<<<<<<< ours\n=======\n>>>>>>> theirs\n';
  writeFileSync(file, broken);
  const banner = patina.panel.getByRole('alert');
  await expect(banner).toContainText('cannot be read any more');
  await expect(patina.editor(0)).toContainText('stays');
  await banner.getByRole('button', { name: 'Write It Over' }).click();
  await expect(banner).toHaveCount(0);
  expect(readFileSync(file, 'utf8')).toContain('"stays"');
  const kept = readdirSync(server.root).filter(name =>
    name.startsWith(path.replace('.tsnb', '.unreadable-'))
  );
  expect(
    kept.map(name => readFileSync(join(server.root, name), 'utf8'))
  ).toEqual([broken]);
});
