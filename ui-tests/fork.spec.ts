import { test, testWithOwnServer, expect } from './support/test';

const GENERATOR = 'steps = iter(range(100))\nnext(steps), next(steps)';

test('a fork starts with the live state, a half-consumed generator too, and both go on differently', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('fork.tsnb', [GENERATOR, 'next(steps)', '']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toContainText('(0, 1)');

  await patina.command('Fork Run', 'f', 'f');
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.tabs.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(patina.panel.getByText('after #1')).toBeVisible();
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toContainText('2');
  await patina.run(1);
  await expect(patina.output(3, 2, 'succeeded')).toContainText('3');

  await patina.tabs.first().click();
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toContainText('2');
});

test('what a fork inherits is shown by reference, closed, and opens to the output cells of its parent', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('inherit.tsnb', ['"from the parent"', '2']));
  for (const seq of [1, 2, 3]) {
    await patina.run(0);
    await expect(patina.output(seq, 1, 'succeeded')).toBeVisible();
  }
  await patina.command('Fork Run', 'f', 'f');
  await expect(patina.tabs).toHaveCount(2);
  const inherited = patina.panel.getByRole('button', {
    name: 'Inherited from Run 1 (#1–#3)'
  });
  await expect(inherited).toHaveAttribute('aria-expanded', 'false');
  await expect(patina.outputs).toHaveCount(0);
  await inherited.click();
  const articles = patina.panel
    .getByRole('feed', { name: 'Inherited from Run 1' })
    .getByRole('article');
  // Re-runs of a cell are folded here, too.
  await expect(articles).toHaveCount(1);
  await expect(articles).toHaveAccessibleName('Output 3, cell 1, succeeded');
  await expect(articles).toContainText('from the parent');
  await articles
    .getByRole('button', { name: 'Older output of this cell' })
    .click();
  await expect(articles).toHaveAccessibleName('Output 2, cell 1, succeeded');
  await patina.panel.getByRole('button', { name: 'Fold Re-runs' }).click();
  await expect(articles).toHaveCount(3);
});

test('Fork and Run Cell tries a cell in a new run, from the middle of typing', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('try.tsnb', ['rate = 1', 'rate * 100']));
  await patina.run(0);
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toContainText('100');
  await patina.type(1, 'rate * 7');
  await patina.page.keyboard.press('Control+Shift+Enter');
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.output(3, 2, 'succeeded')).toContainText('7');
  await patina.tabs.first().click();
  await expect(patina.outputs).toHaveCount(2);
});

test('an output cell is forked from while its checkpoint is kept', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('from.tsnb', ['n = 1', 'n = 2', 'n']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await expect(patina.idle).toBeVisible();
  await patina.run(1);
  await expect(patina.output(2, 2, 'succeeded')).toBeVisible();
  const first = patina.output(1, 1, 'succeeded');
  await first
    .getByRole('button', { name: 'Fork from Here (after #1)', exact: true })
    .click();
  await expect(patina.tabs).toHaveCount(2);
  await patina.run(2);
  await expect(patina.output(2, 3, 'succeeded')).toContainText('1');
});

testWithOwnServer(
  'a checkpoint that is dropped after the page was told of it is said to be gone',
  async ({ patina, notebook, server }) => {
    const { page } = patina;
    server.writeSettings('patina-lab', 'notebook', { checkpoints: 2 });
    // What the server says of runs is held back once the page has seen that there is a checkpoint.
    const held = { isHeld: false };
    await page.routeWebSocket(/runs-document/, socket => {
      const there = socket.connectToServer();
      there.onMessage(message => {
        if (!held.isHeld) {
          socket.send(message);
        }
      });
    });
    const path = notebook('dropped.tsnb', ['n = 1', 'n = 2']);
    await patina.open(path);
    await patina.run(0);
    await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
    await patina.run(1);
    await expect(patina.output(2, 2, 'succeeded')).toBeVisible();
    const fork = patina
      .output(1, 1, 'succeeded')
      .getByRole('button', { name: 'Fork from Here (after #1)', exact: true });
    await expect(fork).toBeEnabled();
    held.isHeld = true;
    const asked = await server.request(`api/patina/notebooks?path=${path}`);
    const { runs } = (await asked.json()) as { runs: { id: string }[] };
    // Two checkpoints are kept: those of the next cells take the place of the one that is seen here.
    await server.request(`api/patina/runs/${runs[0].id}/execute`, {
      method: 'POST',
      body: JSON.stringify({
        cells: [{ id: 'cell0' }, { id: 'cell1' }],
        request_id: path
      })
    });
    await expect
      .poll(async () => {
        const kept = await server.request(
          `api/patina/runs/${runs[0].id}/checkpoints`
        );
        return kept.text();
      })
      .not.toMatch(/"seq": ?2\b/);
    await fork.click();
    await expect(patina.panel.getByRole('alert')).toContainText(/kept/);
    await expect(patina.tabs).toHaveCount(1);
  }
);

test('the runs are a tree in the sidebar, forks of forks below each other', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('tree.tsnb', ['1', '']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.command('Fork Run', 'f', 'f');
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.idle).toBeVisible();
  await patina.command('Fork Run', 'f', 'f');
  await expect(patina.tabs).toHaveCount(3);
  await patina.command('Show Runs', 'g', 'r');
  const tree = patina.page.getByRole('tree', { name: 'Runs' });
  await expect(tree.getByRole('treeitem')).toHaveCount(3);
  await expect(
    tree.getByRole('treeitem', { name: /^Run 3, forked after #1 · idle/ })
  ).toHaveAttribute('aria-level', '3');
  await expect(tree.getByRole('treeitem', { name: /^Run 3/ })).toBeFocused();
  await patina.page.keyboard.press('ArrowUp');
  await patina.page.keyboard.press('Enter');
  await expect(patina.tabs.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(patina.tabs.nth(1)).toContainText(/^└ Run 2/);
  await expect(patina.tabs.nth(2)).toContainText(/^└└ Run 3/);
});

test('a fork of a run in which nothing ran says so', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('nothing.tsnb', ['']));
  await patina.editor(0).click();
  await patina.command('New Run', 'n', 'n');
  await expect(patina.tabs).toHaveCount(1);
  await expect(patina.idle).toBeVisible();
  await patina.command('Fork Run', 'f', 'f');
  await expect(
    patina.panel.getByText('before anything ran', { exact: true })
  ).toBeVisible();
});

test('a cell runs in all live runs at once', async ({ patina, notebook }) => {
  await patina.open(notebook('all.tsnb', ['n = 3', 'n + 1']));
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.command('Fork Run', 'f', 'f');
  await expect(patina.tabs).toHaveCount(2);
  await expect(patina.idle).toBeVisible();
  await patina.editor(1).click();
  await patina.menu('Patina', 'Run Cell in All Live Runs', 1);
  await expect(patina.output(2, 2, 'succeeded')).toContainText('4');
  await patina.tabs.first().click();
  await expect(patina.output(2, 2, 'succeeded')).toContainText('4');
});
