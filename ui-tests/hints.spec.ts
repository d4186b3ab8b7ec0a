import { violations } from './support/axe';
import {
  expect,
  testWithLeavingServer,
  testWithOwnServer
} from './support/test';

// What JupyterLab restores after a reload is the server's: pages of other tests write it, too.
testWithOwnServer(
  'hints come at their moment, one at a time, and one that was read does not come back',
  async ({ patina, notebook }) => {
    const path = notebook('hints.tsnb', ['rate = 1', 'rate * 2']);
    await patina.open(path);
    const hint = patina.page.getByRole('note', { name: 'Hint' });
    await expect(hint).toHaveCount(0);
    // Who wants to know at once what is where takes the tour.
    await patina.menu('Patina', 'Take the Tour', 0);
    const tour = patina.page.getByRole('dialog', { name: 'Tour' });
    await expect(tour).toContainText('Shift+Enter runs a cell');
    await patina.page.keyboard.press('Enter');
    await expect(tour.getByRole('heading')).toHaveText('Timeline');
    expect(await violations(patina.page, '.jp-PatinaTour')).toEqual([]);
    for (const part of ['Runs', 'Fork', 'Compare', 'Globals', 'History']) {
      await tour.getByRole('button', { name: 'Next' }).click();
      await expect(tour.getByRole('heading')).toHaveText(part);
      await expect(tour).toBeInViewport({ ratio: 1 });
    }
    await tour.getByRole('button', { name: 'Done' }).click();
    await expect(tour).toHaveCount(0);
    await patina.run(0);
    await expect(hint).toContainText('run it again');
    await patina.run(0, 'rate = 3');
    await expect(patina.output(2, 1, 'succeeded')).toBeVisible();
    await expect(hint).toContainText('The panel Globals');
    await hint.getByRole('button', { name: 'Got it' }).click();
    await expect(hint).toContainText(
      'Try another value without losing this: change it, then Ctrl+Shift+Enter'
    );
    await patina.type(1, 'rate * 7');
    await patina.page.keyboard.press('Control+Shift+Enter');
    await expect(patina.tabs).toHaveCount(2);
    await expect(patina.output(3, 2, 'succeeded')).toBeVisible();
    await expect(hint).toContainText('Two runs can be compared');
    await hint.getByRole('button', { name: 'Compare Runs…' }).click();
    await expect(
      patina.page.getByRole('region', { name: 'Comparison' })
    ).toContainText('only in Run 2');

    // JupyterLab saves what it remembers a moment later.
    await expect
      .poll(async () => {
        const reply = await patina.server.request('lab/api/workspaces/default');
        return reply.text();
      })
      .toMatch(/dismissed-hints[^\]]*compare/);
    await patina.page.reload();
    await expect(patina.tabs).toHaveCount(2);
    await expect(hint).toHaveCount(0);
  }
);

testWithOwnServer(
  'a tour that was chosen in the palette has the focus, and gives it back',
  async ({ patina, notebook }) => {
    await patina.open(notebook('tour.tsnb', ['rate = 1', 'rate * 2']));
    const { page } = patina;
    const tour = page.getByRole('dialog', { name: 'Tour' });
    for (const size of [
      { width: 1400, height: 850 },
      { width: 320, height: 256 }
    ]) {
      await page.setViewportSize(size);
      await page.keyboard.press('Control+Shift+c');
      await page.getByPlaceholder('SEARCH', { exact: true }).fill('Take Tour');
      await page.keyboard.press('Enter');
      await expect(tour).toBeVisible();
      await page.keyboard.press('x');
      await expect(tour.getByRole('button', { name: 'Next' })).toBeFocused();
      await page.keyboard.press('Escape');
      await expect(tour).toHaveCount(0);
      await patina.isAt(0);
      await expect(patina.editor(0)).toHaveText('rate = 1');
    }
  }
);

testWithOwnServer(
  'runs, variables and comparisons are as the settings say',
  async ({ patina, notebook, server }) => {
    server.writeSettings('patina-lab', 'notebook', {
      checkpoints: 'off',
      maxLiveRuns: 1,
      onClose: 'stop',
      showHints: false,
      'globals.sort': 'name',
      'globals.update': 'manual',
      'globals.hiddenKinds': ['data'],
      'compare.onlyDifferences': false
    });
    await patina.open(
      notebook('settings.tsnb', ['b = 1\na = 2\ndef f(): pass', 'c = 3'])
    );
    await patina.run(0);
    await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
    await expect(patina.page.getByRole('note', { name: 'Hint' })).toHaveCount(
      0
    );

    await patina.command('Show Globals', 'g', 'v');
    const grid = patina.page.getByRole('treegrid', { name: 'Globals' });
    const update = patina.page.getByRole('button', { name: 'Update' });
    await expect(patina.page.getByLabel('Sort by')).toHaveValue('name');
    await expect(update).toBeEnabled();
    await update.click();
    await expect(update).toBeDisabled();
    await expect(grid.getByRole('row', { name: 'Data 2' })).toHaveAttribute(
      'aria-expanded',
      'false'
    );
    await expect(grid.getByRole('row', { name: /f function/ })).toBeVisible();
    await patina.run(1);
    await expect(update).toBeEnabled();
    await expect(grid.getByRole('row', { name: 'Data 2' })).toBeVisible();

    // Without kept states there is nothing to undo.
    await patina.editor(0).click();
    await patina.command('New Run', 'n', 'n');
    await expect(patina.tabs).toHaveCount(2);
    await expect(
      patina.page.getByText(/2 runs of .* have a kernel/)
    ).toBeVisible();
    await patina.tabs.first().click();
    await patina.editor(0).click();
    await patina.command('Undo Last Execution', 'u', 'u');
    await expect(
      patina.timeline.getByRole('article', { name: /undone/ })
    ).toHaveCount(0);

    await patina.menu('Patina', 'Compare Runs…', 0);
    const view = patina.page.getByRole('region', { name: 'Comparison' });
    await expect(view.getByLabel('Only differences')).not.toBeChecked();

    const tab = patina.page
      .getByRole('main')
      .getByRole('tab', { name: /settings\.tsnb/ });
    await tab.click();
    await patina.editor(0).click();
    // What is not saved yet would be asked for.
    await expect(tab).not.toHaveClass(/jp-mod-dirty/);
    await tab.locator('.lm-TabBar-tabCloseIcon').click();
    await expect
      .poll(async () => {
        const reply = await server.request('api/patina/notebooks');
        const [{ runs }] = (await reply.json()) as [
          { runs: { status: string }[] }
        ];
        return runs.map(({ status }) => status);
      })
      .toEqual(['stopped', 'stopped']);
  }
);

testWithLeavingServer(
  'outputs, new runs and the toolbar are as the settings say',
  async ({ patina, notebook, server }) => {
    server.writeSettings('patina-lab', 'notebook', {
      timelinePosition: 'below',
      groupBy: 'cell',
      follow: 'never',
      renderedOutputs: 20,
      maxOutputBytes: 1000,
      onCrash: 'continue',
      onServerStop: 'stop',
      'globals.timeoutMs': 150,
      toolbar: [{ name: 'restart', command: 'patina:restart', disabled: true }]
    });
    const many = Array.from({ length: 40 }, (_, n) => `${n}`);
    const crash = 'import os\nos.kill(os.getpid(), 11)';
    await patina.open(
      notebook('settings.tsnb', ['print("x" * 5000)', crash, ...many])
    );
    const { page, panel, outputs } = patina;
    const actions = panel.getByRole('toolbar', { name: 'Notebook actions' });
    await expect(actions.locator('[data-jp-item-name=fork]')).toBeVisible();
    await expect(actions.locator('[data-jp-item-name=restart]')).toHaveCount(0);

    const asked = page.waitForRequest(/\/notebooks\/[^/]+\/runs(\?.*)?$/);
    await patina.run(0);
    expect((await asked).postDataJSON()).toEqual({
      checkpoints: 'auto',
      on_crash: 'continue',
      on_server_stop: 'stop',
      globals_timeout_ms: 150
    });
    const long = patina.output(1, 1, 'succeeded');
    await expect(long.getByRole('button', { name: /^Show all/ })).toBeVisible();
    const [source, timeline] = await Promise.all(
      ['.jp-PatinaSource', '.jp-PatinaRuns'].map(half =>
        panel.locator(half).boundingBox()
      )
    );
    expect(timeline!.y).toBeGreaterThanOrEqual(source!.y + source!.height);
    await expect(
      panel.getByRole('button', { name: 'by Cell' })
    ).toHaveAttribute('aria-pressed', 'true');

    // A run that goes on by itself asks for nothing after a crash.
    await patina.run(1);
    await expect(patina.output(2, 2, 'failed')).toBeVisible();
    await expect(patina.idle).toBeVisible();
    await expect(panel.getByRole('alert')).toHaveCount(0);

    // What is new is counted and not scrolled to, and what was scrolled past is let go.
    await panel.getByRole('button', { name: 'by Time' }).click();
    await patina.menu('Patina', 'Run Cell and All Below', 2);
    await expect(
      panel.getByRole('button', { name: /^↓ \d+ new outputs?$/ })
    ).toBeVisible();
    await expect(patina.idle).toBeVisible();
    await panel.getByRole('button', { name: /^↓/ }).click();
    await expect(patina.output(42, 42, 'succeeded')).toBeInViewport();
    await expect
      .poll(() => panel.locator('.jp-PatinaOutput').count())
      .toBeLessThan(30);
    expect(await outputs.count()).toBeGreaterThan(5);
  }
);
