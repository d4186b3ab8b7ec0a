import { test } from '@playwright/test';
import { reachMiddle } from './middle';
import { options, Results } from './options';
import { type IKind, OURS, Side, STOCK } from './side';

const OUTPUTS = 10_000;

/** Each round opens a file that nobody has opened before, in a JupyterLab just started. */
test('10,000 outputs', async ({ browser }) => {
  const { rounds, stockRounds, bound } = options();
  const results = new Results();

  const measure = async (kind: IKind, round: number): Promise<void> => {
    const side = await Side.start(browser, kind);
    const started = await side.open(`outputs${round}`);
    // A timeline opens at its end, a stock notebook at its beginning.
    const first = kind === OURS ? OUTPUTS : 1;
    await side.page
      .locator(kind.outputs, { hasText: new RegExp(`^output ${first}$`, 'm') })
      .first()
      .waitFor({ timeout: bound });
    results.add('shown', kind.name, performance.now() - started);
    if (kind === STOCK && round > 0) {
      // That a stock notebook does not get there is waited for once.
      await side.page.close();
      return;
    }
    const middle = await reachMiddle(
      side,
      {
        scroller: kind.outputScroller,
        items: kind === OURS ? '.jp-PatinaOutput' : '.jp-Cell',
        number: 'output (\\d+)\\b',
        from: OUTPUTS * 0.49,
        to: OUTPUTS * 0.51
      },
      bound
    );
    results.add('middle', kind.name, middle);
    if (middle < bound) {
      results.add('heap', kind.name, await side.heap());
    }
    await side.page.close();
  };

  for (let round = 0; round < rounds; round++) {
    await measure(OURS, round);
    if (round < stockRounds) {
      await measure(STOCK, round);
    }
  }
  results.write();
});
