import { test, expect } from './support/test';

test('a restarted kernel is a line in the timeline, and what was there stays', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('restart.tsnb', ['x = 1\nx', 'x']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.menu('Kernel', 'Restart Kernel…');
  await patina.dialog('Restart').click();
  await patina.run(1);
  await expect(patina.result(2, 2, 'failed')).toContainText('NameError');
  await expect(patina.output(2, 2, 'failed')).toContainText(
    'kernel restarted, state lost'
  );
  await expect(patina.result(1, 1, 'succeeded')).toContainText('1');
});

test('I I interrupts the cell that runs, and the kernel keeps its variables', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('interrupt.tsnb', [
      'y = 5\nimport time\nfor i in range(600): time.sleep(0.1)',
      'y + 1'
    ])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'running')).toBeVisible();
  await expect(patina.runStatus).toContainText('busy');
  await patina.page.keyboard.press('i');
  await patina.page.keyboard.press('i');
  await expect(patina.result(1, 1, 'interrupted')).toContainText(
    'KeyboardInterrupt'
  );
  await patina.run(1);
  await expect(patina.result(2, 2, 'succeeded')).toContainText('6');
});

test('a stopped run stays readable; Shift+Enter in it asks what to do', async ({
  patina,
  notebook
}) => {
  const path = notebook('stop.tsnb', ['"kept"', '"again"', '"third"']);
  await patina.open(path);
  await patina.run(0);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('kept');
  await patina.menu('Patina', 'Stop Kernel, Keep History');
  await expect(patina.runStatus).toContainText('stopped');

  await patina.open(path);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('kept');
  await expect(patina.runStatus).toContainText('stopped');
  await patina.run(1);
  await patina.notification('Restart and Run').click();
  await expect(patina.result(2, 2, 'succeeded')).toContainText('again');
  await expect(patina.tabs).toHaveCount(1);

  await patina.menu('Patina', 'Stop Kernel, Keep History');
  await expect(patina.runStatus).toContainText('stopped');
  await patina.run(0);
  await patina.notification('Run in New Run').click();
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('kept');
});

test('a run is renamed and deleted', async ({ patina, notebook }) => {
  await patina.open(notebook('rename.tsnb', ['1']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.page.keyboard.press('Escape');
  await patina.page.keyboard.press('F2');
  await patina.page.getByRole('dialog').getByRole('textbox').fill('deep model');
  await patina.page.keyboard.press('Enter');
  await expect(patina.tabs.first()).toContainText('deep model');

  await patina.menu('Patina', 'Delete Run…');
  await patina.dialog('Delete').click();
  await expect(patina.tabs).toHaveCount(0);
  await expect(
    patina.panel.getByText('Shift+Enter runs; results appear here')
  ).toBeVisible();
});

test('the Running panel lists runs under their notebook, also when no page has it open', async ({
  patina,
  notebook
}) => {
  const path = notebook('running.tsnb', ['1']);
  await patina.open(path);
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.open();
  await patina.page
    .getByRole('tab', { name: 'Running Terminals and Kernels' })
    .click();
  const list = patina.page.getByRole('region', { name: 'Patina Runs Section' });
  const item = list.getByRole('treeitem', { name: path });
  await expect(item).toBeVisible();
  await item.getByRole('treeitem', { name: /^Run 1/ }).click();
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.runStatus).toContainText('idle');
  await patina.menu('Patina', 'Stop Kernel, Keep History');
  await expect(item).toHaveCount(0);
});

test('another language, chosen in the toolbar, is that of the next run', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('language.tsnb', ['"in the first"']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.panel
    .getByRole('combobox', { name: 'Language of the next run' })
    .selectOption('Python 3 (ipykernel)');
  await patina.run(0);
  await expect(patina.output(2, 1, 'succeeded')).toBeVisible();
  await patina.panel.getByRole('button', { name: 'New Run' }).first().click();
  await expect(patina.tabs).toHaveCount(2);
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  const reply = await patina.server.request('api/patina/notebooks');
  const open = (await reply.json()) as {
    path: string;
    runs: { kernel_name: string }[];
  }[];
  const mine = open.find(({ path }) => path.endsWith('language.tsnb'));
  expect(mine?.runs.map(run => run.kernel_name).sort()).toEqual([
    'patina-python',
    'python3'
  ]);
});

test('hidden and many runs: a closed tab hides its run, which goes on', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('hide.tsnb', ['1']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.panel.getByRole('button', { name: 'New Run' }).first().click();
  await expect(patina.tabs).toHaveCount(2);
  await patina.tabs.last().focus();
  await patina.page.keyboard.press('Delete');
  await expect(patina.tabs).toHaveCount(1);
  await patina.panel.getByRole('button', { name: '1 hidden' }).click();
  await expect(patina.tabs).toHaveCount(2);
});
