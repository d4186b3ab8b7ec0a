import type * as wire from '../src/wire';
import { test, expect } from './support/test';

test('the launcher makes a notebook, and Shift+Enter keeps a result', async ({
  patina
}) => {
  await patina.open();
  const cards = patina.page.locator('.jp-LauncherCard[data-category=Patina]');
  await expect(cards).toHaveCount(3);
  // A language is found by its sign.
  const signs = await cards
    .locator('svg')
    .evaluateAll(all => [...new Set(all.map(({ innerHTML }) => innerHTML))]);
  expect(signs).toHaveLength(3);
  await patina.createFromLauncher();

  await patina.run(0, 'x = 40\nx + 2');
  await expect(patina.result(1, 1, 'succeeded')).toContainText('42');
  await expect(patina.tabs).toHaveCount(1);

  await patina.run(1, 'print("hello", x)');
  await expect(patina.result(2, 2, 'succeeded')).toContainText('hello 40');
});

test('a card of the launcher says what its language lacks here, and how to get it', async ({
  patina
}) => {
  const { page } = patina;
  await page.route(/\/api\/patina(\?.*)?$/, async route => {
    const info = (await (await route.fetch()).json()) as wire.Info;
    const kernels = info.kernels.map(kernel =>
      kernel.name === 'patina-rust' ? { ...kernel, missing: ['cargo'] } : kernel
    );
    await route.fulfill({ json: { ...info, kernels } });
  });
  await patina.open();
  const card = page.locator('.jp-LauncherCard[data-category=Patina]', {
    hasText: 'Rust'
  });
  await expect(card).toHaveText('Patina Rust: Rust is not installed');
  await card.click();
  await expect(page.getByRole('dialog')).toContainText('https://rustup.rs');
  await patina.dialog('Cancel').click();
  await expect(patina.sourceCells).toHaveCount(0);
});

test('running a cell again keeps the earlier result', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('again.tsnb', ['n = 1\nn']));
  await patina.run(0);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('1');
  await patina.run(0, 'n = 2\nn');
  const latest = patina.output(2, 1, 'succeeded');
  await expect(latest).toContainText('2');
  await latest
    .getByRole('button', { name: 'Older output of this cell' })
    .click();
  await expect(patina.result(1, 1, 'succeeded')).toContainText('1');
});

test('an error shows its coloured traceback and stops what was queued behind it', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('error.tsnb', ['1 / 0', '"never"']));
  await patina.menu('Run', 'Run All Cells');
  await expect(patina.result(1, 1, 'failed')).toContainText(
    'ZeroDivisionError'
  );
  await expect(
    patina.output(1, 1, 'failed').locator('[class*="ansi-red"]').first()
  ).toBeVisible();
  await expect(patina.output(2, 2, 'not run')).toBeVisible();
});
