import { test } from '@playwright/test';
import { Results } from './options';
import { keyToPixels } from './pixels';
import { OURS, Side, STOCK } from './side';

const ROUNDS = 25;
/** The first ones warm both sides up. */
const WARM_UP = 3;
/** How long after the last letter a person presses the keys, in milliseconds. */
const PAUSES = { rested: 400, typed: 0 };

test('Shift+Enter to pixels', async ({ browser }) => {
  const sides = [
    await Side.start(browser, OURS),
    await Side.start(browser, STOCK)
  ];
  for (const side of sides) {
    await side.page.bringToFront();
    await side.open('keys');
    await ready(side);
  }
  const results = new Results();
  let number = 1000;
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [what, pause] of Object.entries(PAUSES)) {
      for (const side of sides) {
        number += 2;
        const took = await onePlusOne(side, number, pause);
        if (round >= 0) {
          results.add(what, side.kind.name, took);
        }
      }
    }
  }
  results.write();
});

/** Run the first cell until an output shows that the kernel works. */
async function ready(side: Side): Promise<void> {
  if (side.kind === STOCK) {
    // Before its kernel is there, a stock notebook takes the keys and runs nothing.
    await side.page
      .getByRole('button', { name: /\| Idle$/ })
      .waitFor({ timeout: 60_000 });
  }
  await side.editor(0).click();
  await side.page.keyboard.press('Control+a');
  await side.page.keyboard.insertText('"re" + "ady"');
  await side.page.keyboard.press('Shift+Enter');
  await side.page
    .locator(side.kind.outputs, { hasText: 'ready' })
    .first()
    .waitFor({ timeout: 60_000 });
}

/** Milliseconds from Shift+Enter in a cell with `number + 1` until the sum is painted. */
async function onePlusOne(
  side: Side,
  number: number,
  pause: number
): Promise<number> {
  const { page } = side;
  await page.bringToFront();
  await side.editor(0).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(`${number} + 1`);
  await page.waitForTimeout(pause);
  return keyToPixels(side, 'Shift+Enter', String(number + 1));
}
