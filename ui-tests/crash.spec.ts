import { violations } from './support/axe';
import { test, expect } from './support/test';

test('a dead kernel is loud, costs only the cell that ran, and nothing restarts by itself', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('crash.tsnb', [
      '"before"',
      'import os\nos.kill(os.getpid(), 11)',
      '"after"'
    ])
  );
  await patina.run(0);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('before');
  await patina.run(1);
  await expect(patina.result(2, 2, 'failed')).toContainText('SIGSEGV');
  await expect(patina.panel.getByRole('alert').first()).toBeVisible();
  await expect(patina.result(1, 1, 'succeeded')).toContainText('before');

  await patina.panel
    .getByRole('alert')
    .getByRole('button', { name: 'Restart' })
    .click();
  await patina.run(2);
  await expect(patina.result(3, 3, 'succeeded')).toContainText('after');
});

test('after a crash, running another cell offers to go on with what was there before', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('go-on.tsnb', [
      'kept = 41',
      'import os\nos.kill(os.getpid(), 11)',
      'kept + 1'
    ])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  await patina.run(1);
  await expect(patina.output(2, 2, 'failed')).toBeVisible();
  await expect(patina.panel.getByRole('alert').first()).toBeVisible();
  await patina.run(2);
  await patina.notification('Go On and Run').click();
  await expect(patina.result(3, 3, 'succeeded')).toContainText('42');
});

test('with its timeline hidden, a notebook tells of a question and of a crash, and leads to them', async ({
  patina,
  notebook
}) => {
  const { page, panel } = patina;
  await patina.open(
    notebook('apart.tsnb', [
      'name = input("Name? ")',
      'import os\nos.kill(os.getpid(), 11)'
    ])
  );
  const hide = async () => {
    await patina.menu('Patina', 'Timeline Right, Below or Hidden', 0);
    await patina.menu('Patina', 'Timeline Right, Below or Hidden', 0);
    await expect(patina.tabs.first()).toBeHidden();
  };
  await hide();
  await patina.press(0);
  await expect(patina.sourceCells.first()).toContainText('asks for input');
  await expect(patina.runStatus).toHaveText('Run 1 · asks for input');
  await expect(page.locator('#jp-main-statusbar')).toContainText(
    'Run 1 · asks for input'
  );
  // One voice: what waits is said by nothing else than this.
  const voices = page.locator(
    '#jp-main-statusbar [role=status], .jp-PatinaPanel :is([role=status], [aria-live]):not(.cm-announced)'
  );
  // One voice; what it said of the start may still stand before.
  await expect(voices).toHaveText([
    /The cell of output 1 asks for input\. Name\?$/
  ]);
  await panel.getByRole('button', { name: 'Answer' }).click();
  const field = patina.output(1, 1, 'running').getByLabel('Name?');
  await expect(field).toBeFocused();
  await field.fill('Ada');
  await field.press('Enter');
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  // What was hidden gets back the half of the room that it had.
  const widths = await panel
    .locator('.jp-PatinaSource, .jp-PatinaRuns')
    .evaluateAll(sides => sides.map(side => side.clientWidth));
  expect(Math.abs(widths[0] - widths[1])).toBeLessThan(20);

  await hide();
  await patina.run(1);
  const alert = panel.getByRole('alert').filter({ visible: true });
  await expect(alert).toContainText('SIGSEGV');
  await expect(alert.getByRole('button').first()).toHaveText(/^Go on/);
  expect(await violations(page, '.jp-PatinaPanel')).toEqual([]);
  await alert.getByRole('button', { name: 'Show Timeline' }).click();
  await expect(patina.output(2, 2, 'failed')).toBeVisible();
  expect(await violations(page, '.jp-PatinaPanel')).toEqual([]);
});

test('with its timeline hidden, a notebook goes on after a crash by keys alone', async ({
  patina,
  notebook
}) => {
  const { page, panel } = patina;
  await patina.open(
    notebook('keys.tsnb', ['import os', 'os.kill(os.getpid(), 11)'])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  await patina.menu('Patina', 'Timeline Right, Below or Hidden', 0);
  await patina.menu('Patina', 'Timeline Right, Below or Hidden', 0);
  await patina.run(1);
  const strip = panel.locator('.jp-PatinaSource .jp-PatinaStrip').nth(1);
  await expect(strip).toContainText('failed');
  const goOn = panel.getByRole('button', { name: /^Go on/ });
  await goOn.focus();
  await page.keyboard.press('Enter');
  await expect(goOn).toHaveCount(0);
  await expect(strip).toContainText('⤺ undone');
  await patina.isAt(2);
  await expect(patina.idle).toBeVisible();
  await page.keyboard.press('u');
  await page.keyboard.press('u');
  const first = panel.locator('.jp-PatinaSource .jp-PatinaStrip').first();
  await expect(first).toContainText('⤺ undone');
});
