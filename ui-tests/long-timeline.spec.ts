import { writeHistory } from './support/history';
import type { PatinaPage } from './support/notebook';
import { test, expect } from './support/test';

const OUTPUTS = 10_000;
const CELLS = 100;

/** More than this are not in the page, however many outputs there are: what is near, and 200. */
const MOST_IN_PAGE = 300;

/** The output cells in view, as a screen reader says them, and where they are told to be. */
async function inView(
  patina: PatinaPage
): Promise<{ name: string; place: number; of: number; text: string }[]> {
  return patina.timeline.evaluate(feed => {
    const view = feed.parentElement!.getBoundingClientRect();
    return [...feed.querySelectorAll('[role="article"]')]
      .filter(node => {
        const { top, bottom } = node.getBoundingClientRect();
        return bottom > view.top + 1 && top < view.bottom - 1;
      })
      .map(node => ({
        name: node.getAttribute('aria-label') ?? '',
        place: Number(node.getAttribute('aria-posinset')),
        of: Number(node.getAttribute('aria-setsize')),
        text: node.querySelector('.jp-OutputArea')?.textContent?.trim() ?? ''
      }));
  });
}

/** How much of the view is not covered by output cells, in pixels, without the spaces between. */
async function uncovered(patina: PatinaPage): Promise<number> {
  return patina.timeline.evaluate(feed => {
    const view = feed.parentElement!.getBoundingClientRect();
    const heights = [...feed.querySelectorAll('[role="article"]')].map(node => {
      const { top, bottom } = node.getBoundingClientRect();
      const seen = Math.min(bottom, view.bottom) - Math.max(top, view.top);
      return seen > 0 ? seen + 6 : 0;
    });
    return view.height - heights.reduce((sum, height) => sum + height, 0);
  });
}

test('of ten thousand outputs those near the view are in the page, wherever that is', async ({
  patina,
  server
}) => {
  await patina.open(writeHistory(server, CELLS, OUTPUTS));
  const last = patina.output(OUTPUTS, 1, 'succeeded');
  await expect(last).toBeInViewport();
  await expect(last).toContainText(`output ${OUTPUTS}`);
  await expect(last).toHaveAttribute('aria-posinset', String(OUTPUTS));
  const scrollTo = (share: number) =>
    patina.timeline.evaluate((feed, share) => {
      const view = feed.parentElement!;
      view.scrollTop = share * view.scrollHeight;
    }, share);
  for (const share of [0.5, 0.1, 0.7]) {
    await scrollTo(share);
    await expect.poll(() => uncovered(patina)).toBeLessThan(20);
    const shown = await inView(patina);
    expect(Math.abs(shown[0].place / OUTPUTS - share)).toBeLessThan(0.05);
    for (const { name, place, of, text } of shown) {
      expect(name).toBe(
        `Output ${place}, cell ${(place % CELLS) + 1}, succeeded`
      );
      expect(text).toBe(`output ${place}`);
      expect(of).toBe(OUTPUTS);
    }
    expect(await patina.outputs.count()).toBeLessThan(MOST_IN_PAGE);
  }

  await patina.panel.getByRole('button', { name: 'by Cell' }).click();
  await expect.poll(async () => (await inView(patina))[0]?.of).toBe(CELLS);
  await patina.panel.getByRole('button', { name: 'by Time' }).click();
  await expect(last).toBeInViewport();
  expect(await patina.outputs.count()).toBeLessThan(MOST_IN_PAGE);
});

test('who is in an output can leave it out of view and go on from there', async ({
  patina,
  server
}) => {
  await patina.open(writeHistory(server, CELLS, OUTPUTS));
  const last = patina.output(OUTPUTS, 1, 'succeeded');
  await last.focus();
  await patina.page.keyboard.press('d');
  await expect(last.getByRole('group', { name: /^Diff/ })).toBeVisible();
  await last.hover();
  for (let turn = 0; turn < 5; turn++) {
    await patina.page.mouse.wheel(0, -20_000);
    await expect.poll(() => uncovered(patina)).toBeLessThan(20);
  }
  await expect(last).toBeFocused();
  await patina.page.keyboard.press('PageUp');
  const before = patina.output(OUTPUTS - 1, 100, 'succeeded');
  await expect(before).toBeFocused();
  await expect(before).toBeInViewport();

  await patina.page.keyboard.press('Home');
  await expect(patina.output(1, 2, 'succeeded')).toBeFocused();
  await expect(patina.output(1, 2, 'succeeded')).toBeInViewport();
  await expect.poll(() => uncovered(patina)).toBeLessThan(20);
  await patina.page.keyboard.press('End');
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport();
  // What a person had opened is open, although it was far away.
  await expect(last.getByRole('group', { name: /^Diff/ })).toBeVisible();
  // From an output to that of the same cell before it, a hundred above.
  await last.getByRole('button', { name: 'Older output of this cell' }).click();
  const older = patina.output(OUTPUTS - CELLS, 1, 'succeeded');
  await expect(older).toBeInViewport();
  await expect(
    older.getByRole('button', { name: 'Older output' })
  ).toBeFocused();
});
