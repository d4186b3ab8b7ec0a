import { test } from '@playwright/test';
import { options, Results } from './options';
import { type IKind, OURS, Side, STOCK } from './side';

/** How far a turn of the wheel goes, in CSS pixels, and how many turns a person makes. */
const TURN = 400;
const TURNS = 150;

/** How much there is on either side. */
const OUTPUTS: Record<IKind['name'], number> = { ours: 10_000, stock: 1_000 };

test('scrolling through outputs', async ({ browser }) => {
  const { rounds } = options();
  const results = new Results();
  for (let round = 0; round < rounds; round++) {
    for (const kind of [OURS, STOCK]) {
      const side = await Side.start(browser, kind);
      await side.open(`scroll${round}`);
      const first = kind === OURS ? OUTPUTS.ours : 1;
      await side.page
        .locator(kind.outputs, {
          hasText: new RegExp(`^output ${first}$`, 'm')
        })
        .first()
        .waitFor({ timeout: 120_000 });
      // What either still does after it has opened is not scrolling.
      await side.page.waitForTimeout(5000);
      const before = await side.processorTime();
      const times = await scroll(side);
      const spent = (await side.processorTime()) - before;
      results.add('cpu', kind.name, spent / times.length);
      times.sort((a, b) => a - b);
      results.add('median', kind.name, at(times, 0.5));
      results.add('p95', kind.name, at(times, 0.95));
      results.add('worst', kind.name, at(times, 1));
      results.add('heap', kind.name, await side.heap());
      results.add('memory', kind.name, await side.memory());
      await side.page.close();
    }
  }
  results.write();
});

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))];
}

/** Milliseconds of each frame while the wheel is turned, from the latest end towards the middle. */
async function scroll({ page, kind }: Side): Promise<number[]> {
  const box = await page
    .locator(kind.outputScroller)
    .filter({ visible: true })
    .first()
    .boundingBox();
  if (!box) {
    throw new Error('There is nothing to scroll');
  }
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(() => {
    const frames: number[] = [];
    let before = performance.now();
    const note = () => {
      const now = performance.now();
      frames.push(now - before);
      before = now;
      (window as unknown as { frame: number }).frame =
        requestAnimationFrame(note);
    };
    Object.assign(window, { frames, frame: requestAnimationFrame(note) });
  });
  const direction = kind === OURS ? -1 : 1;
  for (let turn = 0; turn < TURNS; turn++) {
    await page.mouse.wheel(0, direction * TURN);
    await page.waitForTimeout(16);
  }
  return page.evaluate(() => {
    const noted = window as unknown as { frames: number[]; frame: number };
    cancelAnimationFrame(noted.frame);
    return noted.frames.slice(1);
  });
}
