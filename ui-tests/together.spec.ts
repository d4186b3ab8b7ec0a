import { test, expect } from './support/test';
import { PatinaPage } from './support/notebook';

test('two browsers edit one notebook while a cell runs, and both see everything', async ({
  browser,
  server,
  notebook
}) => {
  const path = notebook('together.tsnb', [
    'import time\nfor i in range(20):\n    print("tick", i, flush=True); time.sleep(0.2)',
    'a = 1'
  ]);
  const [left, right] = await Promise.all(
    [0, 1].map(async () => {
      const context = await browser.newContext();
      return new PatinaPage(await context.newPage(), server);
    })
  );
  await left.open(path);
  await right.open(path);

  await left.run(0);
  await expect(right.result(1, 1, 'running')).toContainText('tick');
  await right.type(1, 'a = "typed on the right"');
  await expect(left.editor(1)).toContainText('typed on the right');
  await right.run(1);
  await expect(left.result(1, 1, 'succeeded')).toContainText('tick 19');
  await expect(left.output(2, 2, 'succeeded')).toBeVisible();
});

test('a question of the kernel is answered from another browser', async ({
  browser,
  server,
  notebook
}) => {
  const path = notebook('ask.tsnb', [
    'name = input("Who are you? ")\n"Hello " + name'
  ]);
  const asking = new PatinaPage(await browser.newPage(), server);
  const context = await browser.newContext();
  const answering = new PatinaPage(await context.newPage(), server);
  await asking.open(path);
  await answering.open(path);
  await asking.press(0);
  const field = answering.output(1, 1, 'running').getByRole('textbox');
  await field.fill('Ada');
  await field.press('Enter');
  await expect(asking.result(1, 1, 'succeeded')).toContainText('Hello Ada');
});

test('who else is there, and where, is seen', async ({
  browser,
  server,
  notebook
}) => {
  const path = notebook('present.tsnb', ['first = 1', 'second = 2']);
  const context = await browser.newContext();
  const here = new PatinaPage(await browser.newPage(), server);
  const there = new PatinaPage(await context.newPage(), server);
  await here.open(path);
  await there.open(path);
  await there.editor(1).click();
  await expect(
    here.sourceCells.nth(1).locator('.jp-remote-cursor')
  ).toHaveCount(1);
  await there.page.goto('about:blank');
  // Yjs takes a silent page for gone after 30 s.
  await expect(here.panel.locator('.jp-remote-cursor')).toHaveCount(0, {
    timeout: 60_000
  });
  await context.close();
});

test('two browsers watch what a third one forks and runs', async ({
  browser,
  server,
  notebook
}) => {
  const path = notebook('watched.tsnb', [
    'it = iter(range(9))\nnext(it)',
    'next(it)'
  ]);
  const [forking, ...watching] = await Promise.all(
    [0, 1, 2].map(async () => {
      const context = await browser.newContext();
      return new PatinaPage(await context.newPage(), server);
    })
  );
  await forking.open(path);
  await forking.run(0);
  await expect(forking.output(1, 1, 'succeeded')).toBeVisible();
  for (const watcher of watching) {
    await watcher.open(path);
    await expect(watcher.output(1, 1, 'succeeded')).toBeVisible();
  }
  await forking.editor(1).click();
  await forking.page.keyboard.press('Control+Shift+Enter');
  await expect(forking.tabs).toHaveCount(2);
  for (const watcher of watching) {
    const tab = watcher.tabs.filter({ hasText: 'Run 2' });
    await expect(tab).toBeVisible();
    // Whoever watches keeps what they look at, until they look at the fork.
    await expect(watcher.tabs.first()).toHaveAttribute('aria-selected', 'true');
    await tab.click();
    await expect(watcher.result(2, 2, 'succeeded')).toContainText('1');
    await expect(
      watcher.panel.getByRole('button', { name: 'Inherited from Run 1' })
    ).toBeVisible();
  }
});
