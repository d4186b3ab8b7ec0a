import { test, expect } from './support/test';

test('markdown is rendered by Shift+Enter and makes no output', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('markdown.tsnb', [
      { type: 'markdown', source: '# Title\n\nsome *text*' },
      '1'
    ])
  );
  await expect(
    patina.sourceCells.first().getByRole('heading', { name: 'Title' })
  ).toBeVisible();
  await patina.sourceCells.first().dblclick();
  await patina.run(0, '# Another title');
  await expect(
    patina.sourceCells.first().getByRole('heading', { name: 'Another title' })
  ).toBeVisible();
  await patina.run(1);
  await expect(patina.output(1, 2, 'succeeded')).toBeVisible();
  await expect(patina.outputs).toHaveCount(1);
});

test('run all above, and the selected cell and all below', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('some.tsnb', ['"a"', '"b"', '"c"', '"d"']));
  await patina.editor(2).click();
  await patina.menu('Patina', 'Run All Above');
  await expect(patina.output(2, 2, 'succeeded')).toBeVisible();
  await expect(patina.outputs).toHaveCount(2);
  await patina.editor(2).click();
  await patina.menu('Patina', 'Run Cell and All Below');
  await expect(patina.output(4, 4, 'succeeded')).toBeVisible();
  await expect(patina.result(3, 3, 'succeeded')).toContainText('c');
  await expect(patina.outputs).toHaveCount(4);
});

test('everything is done with the keyboard alone', async ({
  patina,
  notebook
}) => {
  const { page } = patina;
  await patina.open(notebook('keys.tsnb', ['"first"']));
  await patina.editor(0).focus();
  await page.keyboard.press('Escape');
  await expect(patina.editor(0)).not.toBeFocused();
  await page.keyboard.press('b');
  await expect(patina.sourceCells).toHaveCount(2);
  await page.keyboard.press('Enter');
  await expect(patina.editor(1)).toBeFocused();
  await page.keyboard.insertText('"second"');
  await page.keyboard.press('Control+Enter');
  await expect(patina.result(1, 2, 'succeeded')).toContainText('second');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Enter');
  await expect(patina.output(2, 2, 'succeeded')).toBeVisible();

  await page.keyboard.press('F6');
  await expect(patina.output(2, 2, 'succeeded')).toBeFocused();
  await page.keyboard.press('[');
  await expect(patina.output(1, 2, 'succeeded')).toBeFocused();
  await page.keyboard.press(']');
  await expect(patina.output(2, 2, 'succeeded')).toBeFocused();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await patina.isAt(1);
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await expect(patina.output(2, 2, 'succeeded')).toBeFocused();
  await page.keyboard.press('F6');
  await patina.isAt(1);
  await page.keyboard.press('n');
  await page.keyboard.press('n');
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.tabs.last()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Alt+PageUp');
  await expect(patina.tabs.first()).toHaveAttribute('aria-selected', 'true');
});

test('a cell and its outputs are marked together, and lead to each other', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('links.tsnb', ['"a"', '"b"']));
  await patina.run(0);
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toBeVisible();
  await patina.editor(0).click();
  await expect(patina.output(1, 1, 'succeeded')).toHaveClass(/jp-mod-linked/);
  await expect(patina.output(2, 2, 'succeeded')).not.toHaveClass(
    /jp-mod-linked/
  );
  await patina.sourceCells
    .nth(1)
    .getByRole('button', { name: 'Go to output 2' })
    .click();
  await expect(patina.output(2, 2, 'succeeded')).toBeFocused();
  await expect(patina.sourceCells.nth(1)).toHaveClass(/jp-mod-linked/);
  await patina
    .output(1, 1, 'succeeded')
    .getByRole('button', { name: 'cell 1' })
    .click();
  await patina.isAt(0);
});

test('JupyterLab’s own search finds and replaces in the source', async ({
  patina,
  notebook
}) => {
  const { page } = patina;
  await patina.open(
    notebook('search.tsnb', ['needle = 1', 'needle + needle', '"hay"'])
  );
  await patina.editor(0).click();
  // JupyterLab gives the keys of its search to documents that it has found searchable.
  await page.locator('.jp-mod-searchable:visible').first().waitFor();
  await page.keyboard.press('Control+f');
  const overlay = page.locator('.jp-DocumentSearch-overlay');
  await overlay.getByPlaceholder('Find', { exact: true }).fill('needle');
  // The search starts behind the cursor, which is at the end of the first cell.
  await expect(overlay).toContainText('2/3');
  await page.keyboard.press('Enter');
  await expect(overlay).toContainText('3/3');
  await page.keyboard.press('Escape');
  await expect(overlay).toHaveCount(0);
});

test('the table of contents leads through the headings', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('contents.tsnb', [
      { type: 'markdown', source: '# Loading' },
      '1',
      { type: 'markdown', source: '# Training' },
      '2'
    ])
  );
  await patina.page.getByRole('tab', { name: 'Table of Contents' }).click();
  const contents = patina.page.locator('.jp-TableOfContents');
  await contents.getByText('Training').click();
  await expect(patina.sourceCells.nth(2)).toHaveClass(/jp-mod-active/);
});

test('the kernel of the run completes names', async ({ patina, notebook }) => {
  await patina.open(notebook('complete.tsnb', ['remarkable_name = 1', '']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.type(1, 'remarkab');
  // JupyterLab waits a second for completions; the first of a kernel may take longer.
  await expect(async () => {
    await patina.page.keyboard.press('Tab');
    await expect(patina.editor(1)).toContainText('remarkable_name', {
      timeout: 2_000
    });
  }).toPass({ timeout: 30_000 });
});
