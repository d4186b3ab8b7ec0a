import { test } from '@playwright/test';
import { options, Results } from './options';
import { keyToPixels } from './pixels';
import { OURS, Side } from './side';

const STATE =
  'import numpy as np\nbig = np.zeros(125_000_000)\nbig[:] = 1\n"re" + "ady"';

/** The first ones warm up what any first fork warms up. */
const WARM_UP = 2;

test('Fork and Run Cell at 1 GB, key to pixels', async ({ browser }) => {
  const { rounds } = options();
  const results = new Results();
  const side = await Side.start(browser, OURS);
  const { page } = side;
  await side.open('fork');
  await side.editor(0).click();
  await page.keyboard.insertText(STATE);
  await page.keyboard.press('Shift+Enter');
  await output(side, 'ready').waitFor({ timeout: 120_000 });
  const tabs = page.getByRole('tablist', { name: 'Runs' }).getByRole('tab');
  for (let round = -WARM_UP; round < rounds; round++) {
    await tabs.first().click();
    await side.editor(1).click();
    await page.keyboard.press('Control+a');
    const number = 5000 + 10 * round;
    await page.keyboard.insertText(`int(big[0]) + ${number}`);
    // A person looks at what was typed; the state before the last cell is parked by then.
    await page.waitForTimeout(1500);
    const took = await keyToPixels(
      side,
      'Control+Shift+Enter',
      String(number + 1)
    );
    if (round >= 0) {
      results.add('fork', 'ours', took);
    }
    await page.getByText('idle', { exact: false }).first().waitFor();
    await page.evaluate(() => undefined);
    await stop(side);
  }
  results.write();
});

function output({ page, kind }: Side, text: string) {
  return page.locator(kind.outputs, { hasText: text }).first();
}

/** Stop the fork, so that the next round has the machine as this one had it. */
async function stop({ page }: Side): Promise<void> {
  await page
    .getByRole('menubar')
    .getByRole('menuitem', { name: 'Patina', exact: true })
    .click();
  await page
    .getByRole('menuitem', { name: 'Stop Kernel, Keep History' })
    .click();
  await page
    .locator('.jp-PatinaRunStatus', { hasText: 'stopped' })
    .first()
    .waitFor();
}
