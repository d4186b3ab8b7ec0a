import { test } from '@playwright/test';
import { options, Results } from './options';
import { type IKind, OURS, Side, STOCK } from './side';

/** How often the page is looked at, in milliseconds. */
const LOOK = 200;
/** How long a page gets to take a key when all lines have been printed. */
const KEY_BOUND = 20_000;

/** Each round has a notebook, a kernel and a page of its own: a page may not survive its round. */
test('a million printed lines', async ({ browser }) => {
  const { code, last, bound, rounds, stockRounds } = options();
  const results = new Results();

  const measure = async (kind: IKind, round: number): Promise<void> => {
    const side = await Side.start(browser, kind);
    await side.open(`lines${round}`);
    // The kernel's start is not what is measured.
    await run(side, 'print("re" + "ady")');
    await endsWith(side, 'ready', bound);
    const started = performance.now();
    await run(side, code);
    const ended = await endsWith(side, last, bound);
    results.add('ends', kind.name, ended ? performance.now() - started : bound);
    results.add('key', kind.name, await takesKey(side));
    await within(side.page.close(), KEY_BOUND, undefined);
  };

  for (let round = 0; round < rounds; round++) {
    await measure(OURS, round);
    if (round < stockRounds) {
      await measure(STOCK, round);
    }
  }
  results.write();
});

async function run(side: Side, code: string): Promise<void> {
  await side.editor(0).click();
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
  const left = () => bound - (performance.now() - started);
  while (left() > 0) {
    const look = page.evaluate(lastText, kind.outputs);
    if ((await within(look, left(), '')).trimEnd().endsWith(text)) {
      return true;
    }
    await new Promise(done => setTimeout(done, LOOK));
  }
  return false;
}

/** Milliseconds until the page answers to a key. */
async function takesKey(side: Side): Promise<number> {
  const started = performance.now();
  const pressed = side.page.keyboard.press('Escape').then(() => true);
  const isTaken = await within(pressed, KEY_BOUND, false);
  return isTaken ? performance.now() - started : KEY_BOUND;
}

/** A page that is busy does not answer at all. */
async function within<T>(
  work: Promise<T>,
  bound: number,
  otherwise: T
): Promise<T> {
  const late = new Promise<T>(done => {
    setTimeout(() => done(otherwise), bound).unref();
  });
  return Promise.race([work.catch(() => otherwise), late]);
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
