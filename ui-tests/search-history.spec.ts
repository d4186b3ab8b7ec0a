import type { Locator } from '@playwright/test';
import { test, expect } from './support/test';

test('words are found in code, outputs, errors and names, in runs that have ended, and lead to the output', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('history.tsnb', [
      `apple = 1\nmore = {"${'x'.repeat(50)}": 1, "far_behind": 2, "y": 3}`,
      'print("ban" + "ana")',
      'raise ValueError("cherry")',
      'import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()'
    ])
  );
  for (const index of [0, 1, 2, 3]) {
    await patina.run(index);
    await expect(
      patina.output(index + 1, index + 1, index === 2 ? 'failed' : 'succeeded')
    ).toBeVisible();
  }
  await patina.menu('Patina', 'Stop Kernel, Keep History');
  await patina.editor(0).click();
  await patina.command('New Run', 'n', 'n');
  await expect(patina.tabs).toHaveCount(2);
  await patina.editor(0).click();
  await patina.command('Search History', 'g', 'h');
  const panel = patina.page.getByRole('search', { name: 'History' });
  const words = panel.getByRole('searchbox', { name: 'Search the history' });
  const found = panel.getByRole('listitem');
  await expect(words).toBeFocused();
  await expect(found).toHaveCount(4);

  await patina.page.keyboard.type('banana');
  await expect(found).toHaveCount(1);
  await expect(found).toContainText('Run 1 #2');
  await expect(found).toContainText('output: banana');
  await patina.page.keyboard.press('ArrowDown');
  await patina.page.keyboard.press('Enter');
  await expect(patina.tabs.first()).toHaveAttribute('aria-selected', 'true');
  await expect(patina.output(2, 2, 'succeeded')).toBeFocused();

  await words.fill('apple');
  await expect(found).toContainText('Run 1 #1');
  // The place is in view, however narrow the panel.
  for (const match of ['apple', 'far_behind']) {
    await words.fill(match);
    await expect(found).toHaveCount(1);
    const mark = found.locator('mark');
    await expect(mark).toHaveText(match);
    expect(await isWhole(mark)).toBe(true);
  }
  await words.fill('');
  await panel.getByLabel('Status').selectOption('failed');
  await expect(found).toHaveCount(1);
  await expect(found).toContainText('raise ValueError');
  await panel.getByLabel('Status').selectOption('any status');
  await panel.getByLabel('Pictures').check();
  await expect(found).toHaveCount(1);
  await expect(found.locator('img')).toHaveAttribute('src', /^data:image\/png/);
  await panel.getByLabel('Pictures').uncheck();
  await panel.getByLabel('Active cell').check();
  await patina.editor(2).click();
  await expect(found).toHaveCount(1);
  await expect(found).toContainText('raise ValueError');
  await patina.editor(0).click();
  await expect(found).toContainText('apple');
  // F6 leads back to the notebook.
  await words.focus();
  await patina.page.keyboard.press('F6');
  await expect(patina.sourceCells.first()).toBeFocused();
  await panel.getByLabel('Active cell').uncheck();
  await words.fill('nothing has this');
  await expect(panel.getByRole('status')).toHaveText('Nothing was found');
});

/** Whether nothing that holds an element cuts it off at a side. */
async function isWhole(part: Locator): Promise<boolean> {
  return part.evaluate(node => {
    const { left, right } = node.getBoundingClientRect();
    for (let at = node.parentElement; at; at = at.parentElement) {
      const box = at.getBoundingClientRect();
      if (left < box.left - 1 || right > box.right + 1) {
        return false;
      }
    }
    return true;
  });
}

test('a plot that the page draws is found with a small drawing of it', async ({
  patina,
  notebook
}) => {
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    data: { values: [{ a: 1 }, { a: 2 }] },
    mark: 'bar',
    encoding: { x: { field: 'a', type: 'ordinal' } }
  };
  const show = (mime: string, content: string) =>
    `from IPython.display import display; display({${JSON.stringify(mime)}: ${content}}, raw=True)`;
  await patina.open(
    notebook('plots.tsnb', [
      show('application/vnd.vegalite.v5+json', JSON.stringify(spec)),
      show('application/vnd.plotly.v1+json', '{"data": []}')
    ])
  );
  await patina.run(0);
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toBeVisible();
  await patina.editor(0).click();
  await patina.command('Search History', 'g', 'h');
  const panel = patina.page.getByRole('search', { name: 'History' });
  await panel.getByLabel('Pictures').check();
  const found = panel.getByRole('listitem');
  await expect(found).toHaveCount(2);
  const drawn = found.filter({ hasText: 'vegalite' });
  const lens = drawn.locator('.jp-PatinaFound-plot.jp-mod-drawn');
  await expect(lens.locator('canvas, svg').first()).toBeVisible();
  expect(await lens.boundingBox()).toMatchObject({ width: 72, height: 54 });
  // Nothing here draws Plotly's: a sign stands for it.
  await expect(found.filter({ hasText: 'plotly' })).toContainText('📈');
});
