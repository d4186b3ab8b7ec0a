import type { Side } from './side';

/** Numbered things in a scrolled view, and which of their numbers are the middle. */
export interface INumbered {
  /** What scrolls, and the elements with a number, as CSS. */
  readonly scroller: string;
  readonly items: string;
  /** Finds the number in an element's text. */
  readonly number: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Milliseconds until something of the middle is in view with its text, the scroll bar being
 * dragged to its middle again and again as a person would; `bound` when that was never so.
 */
export async function reachMiddle(
  { page }: Side,
  numbered: INumbered,
  bound: number
): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < bound) {
    if (await Promise.race([page.evaluate(look, numbered), late(bound)])) {
      return performance.now() - started;
    }
    await page.waitForTimeout(50);
  }
  return bound;
}

/** A page that is busy does not answer at all. */
async function late(bound: number): Promise<boolean> {
  await new Promise(done => setTimeout(done, bound).unref());
  return false;
}

/** In the page: drag the scroll bar to the middle; one frame later, look what is there. */
async function look(numbered: INumbered): Promise<boolean> {
  const view = [...document.querySelectorAll(numbered.scroller)].find(
    node => node.scrollHeight > node.clientHeight + 100
  );
  if (!view) {
    return false;
  }
  view.scrollTo({ top: (view.scrollHeight - view.clientHeight) / 2 });
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const { left, top, width, height } = view.getBoundingClientRect();
  const pattern = new RegExp(numbered.number);
  for (let y = top + 20; y < top + height; y += 20) {
    const item = document
      .elementFromPoint(left + width / 2, y)
      ?.closest(numbered.items);
    const found = Number(pattern.exec(item?.textContent ?? '')?.[1] ?? NaN);
    if (found >= numbered.from && found <= numbered.to) {
      return true;
    }
  }
  return false;
}
