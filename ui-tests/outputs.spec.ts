import { test, expect } from './support/test';
import { PatinaPage } from './support/notebook';

test('rich outputs are rendered: LaTeX, JSON, SVG, Vega, a picture of matplotlib', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('rich.tsnb', [
      'from IPython.display import Math, JSON, SVG, display\ndisplay(Math(r"\\frac{1}{2}"))\ndisplay(JSON({"colour": "teal"}))\ndisplay(SVG("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"20\\" height=\\"20\\"><circle cx=\\"9\\" cy=\\"9\\" r=\\"8\\"/></svg>"))',
      'spec = {"data": {"values": [{"x": 1, "y": 2}]}, "mark": "bar", "encoding": {"x": {"field": "x"}, "y": {"field": "y", "type": "quantitative"}}}\ndisplay({"application/vnd.vegalite.v5+json": spec}, raw=True)',
      'import matplotlib.pyplot as plt\n_ = plt.plot([1, 3, 2])'
    ])
  );
  await patina.menu('Run', 'Run All Cells');
  const first = patina.result(1, 1, 'succeeded');
  await expect(first.locator('mjx-container')).toBeVisible();
  await expect(first.getByText('"teal"', { exact: true })).toBeVisible();
  await expect(first.locator('.jp-RenderedSVG')).toBeVisible();
  await expect(
    patina.output(2, 2, 'succeeded').locator('.vega-embed').first()
  ).toBeVisible();
  const picture = patina.output(3, 3, 'succeeded').locator('img');
  await expect(picture).toBeVisible();
  expect(
    await picture.evaluate(node => (node as HTMLImageElement).naturalWidth)
  ).toBeGreaterThan(100);
});

test('a huge output shows its head and tail, and all of it on request', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('huge.tsnb', [
      'print("\\n".join(f"line {n} {\'.\' * 60}" for n in range(30_000)))'
    ])
  );
  await patina.run(0);
  const output = patina.result(1, 1, 'succeeded');
  await expect(output).toContainText('line 0 ');
  await expect(output).toContainText('line 29999 ');
  await expect(output).toContainText('lines not shown');
  await expect(output).not.toContainText('line 15000 ');
  // The last output is followed: its end is in view.
  const more = patina
    .output(1, 1, 'succeeded')
    .getByRole('button', { name: /Show all \(/ });
  await expect(more).toBeInViewport();
  await more.click();
  await expect(output).toContainText('line 15000 ');
});

test('input() and getpass() are answered in the page; a password is not shown', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('input.tsnb', [
      'from getpass import getpass\nname = input("Name? ")\nsecret = getpass("Password: ")\nf"{name} has {len(secret)} letters"'
    ])
  );
  await patina.press(0);
  const running = patina.output(1, 1, 'running');
  // Who ran the cell can answer at once.
  await expect(running.getByLabel('Name?')).toBeFocused();
  await expect(running.locator('header')).toContainText('? asks for input');
  await patina.page.keyboard.type('Ada');
  await patina.page.keyboard.press('Enter');
  const password = running.getByLabel('Password:');
  await expect(password).toHaveAttribute('type', 'password');
  await password.fill('s3cr3t!');
  await password.press('Enter');
  const output = patina.result(1, 1, 'succeeded');
  await expect(output).toContainText('Ada has 7 letters');
  await expect(output).not.toContainText('s3cr3t!');
});

test('an ipywidgets slider talks to the kernel through the page', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('slider.tsnb', [
      'import ipywidgets\nslider = ipywidgets.IntSlider(value=3, max=10)\nslider',
      'slider.value'
    ])
  );
  await patina.run(0);
  const handle = patina.output(1, 1, 'succeeded').locator('.noUi-handle');
  await handle.focus();
  await patina.page.keyboard.press('ArrowRight');
  await patina.run(1);
  await expect(patina.result(2, 2, 'succeeded')).toContainText('4');
});

test('what somebody else’s outputs bring runs no script until a person trusts them', async ({
  patina,
  browser,
  notebook,
  server
}) => {
  const path = notebook('trust.tsnb', [
    'from IPython.display import HTML, Javascript, display\ndisplay(HTML("<b>bold</b><img src=x onerror=\'window.attacked = 1\'><script>window.attacked = 1</script>"))\ndisplay(Javascript("window.attacked = 1"))'
  ]);
  await patina.open(path);
  await patina.run(0);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('bold');
  const attacked = (page: PatinaPage) =>
    page.page.evaluate(() => 'attacked' in window);
  await expect.poll(() => attacked(patina)).toBe(true);
  // Whoever ran it need not say so again after a reload.
  await patina.open(path);
  await expect.poll(() => attacked(patina)).toBe(true);

  const context = await browser.newContext();
  const other = new PatinaPage(await context.newPage(), server);
  await other.open(path);
  await expect(other.result(1, 1, 'succeeded')).toContainText('bold');
  await expect(other.output(1, 1, 'succeeded').locator('script')).toHaveCount(
    0
  );
  expect(await attacked(other)).toBe(false);
  await other.panel.getByRole('button', { name: 'Trust Outputs' }).click();
  await expect.poll(() => attacked(other)).toBe(true);
  await context.close();
});

test('the timeline follows its end, and a person who reads elsewhere is told of what is new', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('follow.tsnb', [
      'print("\\n".join(f"row {n}" for n in range(200)))',
      '"the end"',
      '"later"'
    ])
  );
  await patina.run(0);
  await patina.run(1);
  const end = patina.output(2, 2, 'succeeded');
  await expect(end).toBeInViewport();
  await patina.output(1, 1, 'succeeded').hover();
  await patina.page.mouse.wheel(0, -2000);
  await expect(end).not.toBeInViewport();
  await patina.run(2);
  const pill = patina.panel.getByRole('button', { name: '↓ 1 new output' });
  await pill.click();
  await expect(patina.output(3, 3, 'succeeded')).toBeInViewport();
  await expect(pill).toBeHidden();
});

test('while a cell runs its time counts on, beside that of the time before', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('duration.tsnb', [
      'import time\nfor i in range(30): time.sleep(0.1)'
    ])
  );
  await patina.run(0);
  await expect(patina.output(1, 1, 'succeeded')).toBeVisible();
  await patina.run(0);
  const header = patina.output(2, 1, 'running').locator('header');
  await expect(header).toContainText('previous 3.');
  await expect(header).toContainText(/[12]\.\d s, previous/);
});

test('only what changed is rendered again', async ({ patina, notebook }) => {
  const cells = Array.from({ length: 8 }, (_, n) => `${n} + 100`);
  await patina.open(notebook('renders.tsnb', cells));
  await patina.menu('Run', 'Run All Cells');
  await expect(patina.output(8, 8, 'succeeded')).toBeVisible();
  await patina.page.evaluate(() => {
    const touched = new Set<string>();
    const note = (records: MutationRecord[]) =>
      records.forEach(({ target }) => {
        const node =
          target instanceof Element ? target : (target.parentElement ?? null);
        const article = node?.closest('.jp-PatinaOutput');
        const strip = node?.closest('.jp-PatinaStrip');
        const cell = strip?.closest('.jp-Cell');
        if (article) {
          touched.add(`output ${article.getAttribute('data-seq')}`);
        } else if (cell) {
          touched.add(`strip ${cell.getAttribute('data-windowed-list-index')}`);
        }
      });
    const watcher = new MutationObserver(note);
    for (const root of document.querySelectorAll('.jp-PatinaBody')) {
      watcher.observe(root, {
        childList: true,
        characterData: true,
        subtree: true
      });
    }
    Object.assign(window, { touched });
  });
  await patina.run(2);
  await expect(patina.result(9, 3, 'succeeded')).toContainText('102');
  const touched = await patina.page.evaluate(() => [
    ...(window as unknown as { touched: Set<string> }).touched
  ]);
  // The earlier output of the cell says that there is a newer one.
  expect(touched.sort()).toEqual(['output 3', 'output 9', 'strip 2']);
});

test('an output that is there before the answer to its request is followed to its end', async ({
  patina,
  notebook
}) => {
  await patina.open(
    notebook('early.tsnb', [
      'import time\nprint("first", flush=True)\ntime.sleep(4)\nprint("last")'
    ])
  );
  await patina.page.route('**/execute', async route => {
    const response = await route.fetch();
    await expect(patina.result(1, 1, 'running')).toContainText('first');
    await route.fulfill({ response });
  });
  await patina.run(0);
  await expect(patina.result(1, 1, 'succeeded')).toContainText('last');
});

test('a question that is there before the answer to its request can be answered at once', async ({
  patina,
  notebook
}) => {
  await patina.open(notebook('asks.tsnb', ['input("Name? ") + "!"']));
  const field = patina.output(1, 1, 'running').getByLabel('Name?');
  await patina.page.route('**/execute', async route => {
    const response = await route.fetch();
    await expect(field).toBeVisible();
    await route.fulfill({ response });
  });
  await patina.press(0);
  await expect(field).toBeFocused();
  // Another run may be in view: the tree of runs says it, too.
  await patina.page.getByRole('tab', { name: /^Runs of/ }).click();
  await expect(
    patina.page.getByRole('treeitem', { name: /^Run 1, asks for input/ })
  ).toBeVisible();
  await field.click();
  await patina.page.keyboard.type('Ada');
  await patina.page.keyboard.press('Enter');
  await expect(patina.result(1, 1, 'succeeded')).toContainText('Ada!');
  await expect(
    patina.page.getByRole('treeitem', { name: /^Run 1, idle/ })
  ).toBeVisible();
});
