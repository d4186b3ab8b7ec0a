import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './support/test';

const PLURAL = 'nplurals=2; plural=(n != 1);';

/** What a language pack for the domain of Patina Lab has, as the server gives it to the page. */
const PACK = {
  '': { domain: 'patina_lab', language: 'eo', plural_forms: PLURAL },
  'The kernel died: %1': ['La kerno mortis: %1'],
  'signal %1, %2': ['signalo %1 (%2)'],
  'Go on from before this cell (Undo), or restart the run without its variables.':
    ['Malfaru, aŭ rekomencu.'],
  '%1 was deleted or moved': ['%1 estas for'],
  'There is no such file on disk now': ['Nenio estas tie']
};

test('what the server says of a run and of a file is in the language of the page', async ({
  page,
  patina,
  server,
  notebook
}) => {
  await page.route('**/lab/api/translations/**', route =>
    route.fulfill({ json: { data: { patina_lab: PACK }, message: '' } })
  );
  const path = notebook('eo.tsnb', [
    '1',
    'import os\nos.kill(os.getpid(), 11)'
  ]);
  await patina.open(path);
  await patina.run(0);
  await expect(patina.idle).toBeVisible();
  await patina.run(1);
  const died = patina.panel.getByRole('alert').filter({ hasText: 'mortis' });
  await expect(died).toContainText('La kerno mortis: signalo 11 (SIGSEGV)');
  await expect(died).toContainText('Malfaru, aŭ rekomencu.');

  rmSync(join(server.root, path));
  const gone = patina.panel.getByRole('alert').filter({ hasText: 'estas for' });
  await expect(gone).toContainText(path);
  await expect(gone).toContainText('Nenio estas tie');
});
