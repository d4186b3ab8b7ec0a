import { test } from '@playwright/test';
import { options, Results } from './options';
import { OURS, Side } from './side';

const OUTPUTS = 10_000;
/** The notebook has a hundred cells: by cell there is one stack each. */
const CELLS = 100;

test('10,000 outputs by cell and by time', async ({ browser }) => {
  const { rounds } = options();
  const results = new Results();
  const side = await Side.start(browser, OURS);
  await side.open('arrange');
  await side.page
    .locator(OURS.outputs, { hasText: new RegExp(`^output ${OUTPUTS}$`, 'm') })
    .waitFor({ timeout: 120_000 });
  for (let round = 0; round < rounds; round++) {
    results.add('cell', 'ours', await arranged(side, 'by Cell', CELLS));
    results.add('time', 'ours', await arranged(side, 'by Time', OUTPUTS));
  }
  results.write();
});

/** Milliseconds from the key on a button until, in the middle of the view, there is one of so many. */
async function arranged(
  { page }: Side,
  button: string,
  count: number
): Promise<number> {
  await page.getByRole('button', { name: button }).focus();
  await page.waitForTimeout(500);
  await page.evaluate(watch, { scroller: OURS.outputScroller, count });
  await page.keyboard.press('Enter');
  return page.evaluate(
    () => (window as unknown as { painted: Promise<number> }).painted
  );
}

/** In the page: note when the key is pressed, and when the view has been painted after that. */
function watch({ scroller, count }: { scroller: string; count: number }): void {
  const isThere = () => {
    const view = document.querySelector(scroller)!.getBoundingClientRect();
    return document
      .elementFromPoint(view.left + view.width / 2, view.top + view.height / 2)
      ?.closest(`[role="article"][aria-setsize="${count}"]`);
  };
  const painted = new Promise<number>(done => {
    const onKey = ({ timeStamp }: KeyboardEvent) => {
      const look = () => {
        if (isThere()) {
          done(performance.now() - timeStamp);
        } else {
          requestAnimationFrame(() => setTimeout(look));
        }
      };
      requestAnimationFrame(() => setTimeout(look));
    };
    document.addEventListener('keydown', onKey, { capture: true, once: true });
  });
  Object.assign(window, { painted });
}
