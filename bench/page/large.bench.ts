import { test } from '../../ui-tests/support/test';
import { PatinaPage } from '../../ui-tests/support/notebook';
import { report } from './figures';
import { StockPage } from './stock';

const CELLS = 10_000;
const MIDDLE = CELLS / 2;
const PATIENCE = 60_000;

/** Milliseconds until a key typed into the first cell is seen in it, from the navigation on. */
async function firstKey(
  side: PatinaPage | StockPage,
  path: string
): Promise<number> {
  const started = performance.now();
  await side.page.goto(
    `${side.server.url}/lab/tree/${path}?token=${side.server.token}&reset`
  );
  await side.editor(0).click({ timeout: PATIENCE });
  await side.page.keyboard.insertText('#first');
  await side
    .editor(0)
    .filter({ hasText: '#first' })
    .waitFor({ timeout: PATIENCE });
  return performance.now() - started;
}

/** Milliseconds until the middle cell stands in the page, scrolling as a person does. */
async function middle(
  side: PatinaPage | StockPage,
  container: string
): Promise<number> {
  const started = performance.now();
  const cell = side.page
    .getByText(`cell_${MIDDLE} =`, { exact: false })
    .first();
  while (performance.now() - started < PATIENCE) {
    await side.page.evaluate(selector => {
      const nodes = [...document.querySelectorAll(selector)];
      const node = nodes.find(
        candidate => candidate.scrollHeight > candidate.clientHeight + 100
      );
      node?.scrollTo({ top: node.scrollHeight / 2 });
    }, container);
    if (await cell.isVisible()) {
      return performance.now() - started;
    }
    await side.page.waitForTimeout(50);
  }
  return PATIENCE;
}

test('a notebook of 10,000 cells', async ({ browser, server, notebook }) => {
  const sources = Array.from(
    { length: CELLS },
    (_, index) => `cell_${index} = ${index}`
  );
  notebook('large.tsnb', sources);
  const stock = new StockPage(await browser.newPage(), server);
  stock.write(
    'large.ipynb',
    sources.map(source => ({ source }))
  );
  const ours = new PatinaPage(await browser.newPage(), server);
  const key = [await firstKey(ours, 'large.tsnb')];
  const reached = [
    await middle(ours, '.jp-PatinaPanel .jp-WindowedPanel-outer, .jp-Notebook')
  ];
  const stockKey = [await firstKey(stock, 'large.ipynb')];
  const stockReached = [
    await middle(stock, '.jp-WindowedPanel-outer, .jp-Notebook')
  ];
  report('10,000 cells: the first takes a key', key, stockKey, '≤ 3 s');
  report(
    `10,000 cells: the middle is in view (${PATIENCE} = not)`,
    reached,
    stockReached,
    '≤ 5 s'
  );
});
