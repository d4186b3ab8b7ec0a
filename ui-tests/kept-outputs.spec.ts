import type { Locator } from '@playwright/test';
import { violations } from './support/axe';
import type { PatinaPage } from './support/notebook';
import { test, testWithOwnServer, expect } from './support/test';

/** Run the same cell again and again, with a source of its own each time. */
async function rerun(
  patina: PatinaPage,
  index: number,
  ...sources: string[]
): Promise<void> {
  for (const source of sources) {
    await patina.run(index, source);
    await expect(patina.idle).toBeVisible();
  }
}

function fold(patina: PatinaPage): Locator {
  return patina.panel.getByRole('button', { name: 'Fold Re-runs' });
}

test('re-runs of a cell are one, and a stepper leads to the older ones', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('fold.tsnb', ['1', '10']));
  await rerun(patina, 0, '"one"', '"two"', '"three"');
  await expect(patina.outputs).toHaveCount(1);
  const latest = patina.output(3, 1, 'succeeded');
  await expect(latest).toContainText('three');
  await expect(latest).toContainText('3 of 3');

  await latest
    .getByRole('button', { name: 'Older output of this cell' })
    .click();
  const older = patina.output(2, 1, 'succeeded');
  await expect(older).toContainText('2 of 3');
  await expect(patina.outputs).toHaveCount(1);
  const again = older.getByRole('button', {
    name: 'Older output of this cell'
  });
  await expect(again).toBeFocused();
  await patina.page.keyboard.press('Enter');
  await expect(patina.output(1, 1, 'succeeded')).toContainText('1 of 3');
  await patina.page.keyboard.press(']');
  await expect(patina.output(2, 1, 'succeeded')).toBeFocused();

  await patina.page.keyboard.press('t');
  await expect(fold(patina)).toHaveAttribute('aria-pressed', 'false');
  await expect(patina.outputs).toHaveCount(3);
  await fold(patina).click();
  await rerun(patina, 0, '"four"');
  await expect(patina.output(4, 1, 'succeeded')).toContainText('4 of 4');
  await expect(patina.outputs).toHaveCount(1);
});

test('what a person is reading is not folded away from under them', async ({
  patina,
  notebook
}) => {
  const path = notebook('reading.tsnb', ['"first"', '1']);
  await patina.open(path);
  await patina.run(0);
  await expect(patina.idle).toBeVisible();
  await patina.output(1, 1, 'succeeded').focus();
  const { runs } = (await (
    await patina.server.request(`api/patina/notebooks?path=${path}`)
  ).json()) as { runs: { id: string }[] };
  const asked = await patina.server.request(
    `api/patina/runs/${runs[0].id}/execute`,
    {
      method: 'POST',
      body: JSON.stringify({ cells: [{ id: 'cell0' }], request_id: path })
    }
  );
  expect(asked.ok).toBe(true);
  await expect(patina.output(2, 1, 'succeeded')).toBeVisible();
  await expect(patina.output(1, 1, 'succeeded')).toBeFocused();
});

test('a pinned output stays in view, and one deleted from the history is gone', async ({
  patina,
  notebook
}) => {
  const path = notebook('pin.tsnb', ['1', '10']);
  await patina.open(path);
  await rerun(patina, 0, '"keep"', '"second"');
  await patina
    .output(2, 1, 'succeeded')
    .getByRole('button', { name: 'Older output of this cell' })
    .click();
  const kept = patina.output(1, 1, 'succeeded');
  await kept.focus();
  await patina.page.keyboard.press('p');
  await expect(
    kept.getByRole('button', { name: 'Pin output 1' })
  ).toHaveAttribute('aria-pressed', 'true');
  await rerun(patina, 0, '"third"');
  await expect(patina.outputs).toHaveCount(2);
  await expect(kept).toContainText('keep');

  await patina.output(3, 1, 'succeeded').focus();
  await patina
    .output(3, 1, 'succeeded')
    .getByRole('button', { name: 'More about output 3' })
    .click();
  await patina.page
    .getByRole('menuitem', { name: 'Delete from History…' })
    .click();
  await patina.dialog('Delete').click();
  await expect(patina.output(3, 1, 'succeeded')).toHaveCount(0);
  await expect(patina.output(2, 1, 'succeeded')).toContainText('2 of 2');

  await patina.open(path);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.output(2, 1, 'succeeded')).toBeVisible();
  await expect(patina.outputs).toHaveCount(2);
});

test('the code of an output is compared with the source now and the output before, and restored', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('diff.tsnb', ['1', '10']));
  await rerun(patina, 0, 'rate = 1\nrate', 'rate = 2\nrate');
  await patina.type(0, 'rate = 3\nrate');
  const output = patina.output(2, 1, 'succeeded');
  await output.focus();
  await patina.page.keyboard.press('d');
  const diff = output.getByRole('group', { name: 'Diff of output 2' });
  await expect(diff.getByRole('deletion')).toContainText('rate = 2');
  await expect(diff.getByRole('insertion')).toContainText('rate = 3');
  await patina.type(0, 'rate = 40\nrate');
  await expect(diff.getByRole('insertion')).toContainText('rate = 40');

  const against = diff.getByLabel('Compare the code with');
  await against.selectOption('the previous output');
  await expect(diff.getByRole('deletion')).toContainText('rate = 1');
  await expect(diff.getByRole('insertion')).toContainText('rate = 2');

  await diff.getByRole('button', { name: 'Restore Code' }).click();
  await expect(patina.editor(0)).toHaveText('rate = 2rate');
  await patina.isAt(0);
  await patina.page.keyboard.press('z');
  await expect(patina.editor(0)).toHaveText('rate = 40rate');

  await against.selectOption('nothing');
  await expect(diff).toHaveCount(0);
});

test('a cell that was deleted is put back from its output', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('back.tsnb', ['"lost"', '2']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.sourceCells.nth(0).click();
  await patina.command('Delete Cell', 'd', 'd');
  const output = patina.timeline.getByRole('article', {
    name: 'Output 1, deleted cell, succeeded'
  });
  await output.focus();
  await patina.page.keyboard.press('r');
  await expect(patina.output(1, 2, 'succeeded')).toBeVisible();
  await expect(patina.editor(1)).toHaveText('"lost"');
});

test('by cell, outputs are where their cells are, the latest of each', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('bycell.tsnb', ['"a"', '"b"', '3']));
  await patina.run(1);
  await expect(patina.output(1, 2, 'succeeded')).toBeVisible();
  await patina.run(0);
  await expect(patina.output(2, 1, 'succeeded')).toBeVisible();
  await patina.run(1);
  await expect(patina.output(3, 2, 'succeeded')).toBeVisible();
  await patina.panel.getByRole('button', { name: 'by Cell' }).click();
  const names = () =>
    patina.outputs.evaluateAll(nodes =>
      nodes.map(node => node.getAttribute('aria-label'))
    );
  expect(await names()).toEqual([
    'Output 2, cell 1, succeeded',
    'Output 3, cell 2, succeeded'
  ]);
  await patina.sourceCells.nth(0).click();
  await patina.command('Move Cell Down', 'Control+Shift+ArrowDown');
  await expect
    .poll(names)
    .toEqual(['Output 3, cell 1, succeeded', 'Output 2, cell 2, succeeded']);
  await patina.panel.getByRole('button', { name: 'by Time' }).click();
  await expect(patina.outputs).toHaveCount(3);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing wrong with steps and differences, ${colorScheme}`, async ({
    patina,
    notebook
  }, info) => {
    await patina.page.emulateMedia({ colorScheme });
    await patina.open(notebook('axe.tsnb', ['1', '10']));
    await rerun(patina, 0, 'rate = 1\nrate', 'rate = 2\nrate');
    await patina.type(0, 'rate = 3\nrate\nrate + 1');
    await patina.output(2, 1, 'succeeded').focus();
    await patina.page.keyboard.press('d');
    await patina.page.keyboard.press('p');
    await expect(patina.panel.getByText('◆ pinned')).toBeVisible();
    await patina.page.screenshot({ path: info.outputPath('history.png') });
    expect(await violations(patina.page, '.jp-PatinaPanel')).toEqual([]);
  });
}

testWithOwnServer(
  'of a run the latest outputs are kept, as many as is set, and pinned ones',
  async ({ patina, notebook, server }) => {
    server.writeSettings('patina-lab', 'notebook', {
      keepOutputs: 2,
      foldReruns: false
    });
    await patina.open(notebook('limit.tsnb', ['1', '10']));
    await patina.run(0);
    await patina.output(1, 1, 'succeeded').focus();
    await patina.page.keyboard.press('p');
    await expect(
      patina.outputs.first().getByRole('button', { pressed: true })
    ).toBeVisible();
    await rerun(patina, 0, '2', '3', '4', '5');
    await expect(
      patina.page
        .getByText(/Run 1: \d older outputs? w(as|ere) deleted/)
        .first()
    ).toBeVisible();
    await expect(patina.output(5, 1, 'succeeded')).toBeVisible();
    await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
    await expect(patina.output(2, 1, 'succeeded')).toHaveCount(0);
  }
);
