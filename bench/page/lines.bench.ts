import { test } from '@playwright/test';
import { options, Results } from './options';
import { OURS, Side, STOCK } from './side';

const ROUNDS = 2;
/** How often the page is looked at, in milliseconds. */
const LOOK = 200;

test('a million printed lines', async ({ browser }) => {
  const { last, bound } = options();
  const results = new Results();
  const sides = [
    await Side.start(browser, OURS),
    await Side.start(browser, STOCK)
  ];
  for (const side of sides) {
    await side.page.bringToFront();
    await side.open('lines');
    // The kernel's start is not what is measured.
    await side.editor(0).click();
    await side.page.keyboard.press('Control+a');
    await side.page.keyboard.press('Control+x');
    await run(side, 'print("re" + "ady")');
    await endsWith(side, 'ready', bound);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of sides) {
      await side.page.bringToFront();
      const started = performance.now();
      await run(side, "for i in range(1_000_000): print('line', i)");
      const ended = await endsWith(side, last, bound);
      results.add(
        'ends',
        side.kind.name,
        ended ? performance.now() - started : bound
      );
      results.add('heap', side.kind.name, await side.heap());
      // The next round must not be taken for this one.
      await run(side, 'print("re" + "ady")');
      await endsWith(side, 'ready', bound);
    }
  }
  results.write();
});

async function run(side: Side, code: string): Promise<void> {
  await side.editor(0).click({ timeout: options().bound });
  await side.page.keyboard.press('Control+a');
  await side.page.keyboard.insertText(code);
  await side.page.keyboard.press('Control+Enter');
}

/** Wait until the last output of the page ends with a text; false when that took too long. */
async function endsWith(
  { page, kind }: Side,
  text: string,
  bound: number
): Promise<boolean> {
  const started = performance.now();
  while (performance.now() - started < bound) {
    const end = await page.evaluate(lastText, kind.outputs);
    if (end.trimEnd().endsWith(text)) {
      return true;
    }
    await page.waitForTimeout(LOOK);
  }
  return false;
}

/** In the page: the last piece of text in the last output, without reading all of it. */
function lastText(outputs: string): string {
  let node: Node | null =
    [...document.querySelectorAll(outputs)].at(-1) ?? null;
  while (node?.lastChild) {
    node = node.lastChild;
  }
  return node?.nodeValue?.slice(-200) ?? '';
}
