import type { Page } from '@playwright/test';

/**
 * Milliseconds from a key press to the frame that shows a text in an output.
 *
 * The press is the page's own `keydown` event; the end is the first animation frame after the
 * text is in the DOM, so that style, layout and paint of that frame are counted.
 */
export async function keyToPixels(
  page: Page,
  key: string,
  text: string
): Promise<number> {
  const seen = page.evaluate(
    expected =>
      new Promise<number>(done => {
        let pressed = 0;
        const shown = () =>
          [...document.querySelectorAll('.jp-OutputArea-output')].some(node =>
            node.textContent?.includes(expected)
          );
        const observer = new MutationObserver(() => {
          if (pressed && shown()) {
            observer.disconnect();
            requestAnimationFrame(() => {
              const channel = new MessageChannel();
              channel.port1.onmessage = () => done(performance.now() - pressed);
              channel.port2.postMessage(null);
            });
          }
        });
        observer.observe(document.body, {
          subtree: true,
          childList: true,
          characterData: true
        });
        document.addEventListener(
          'keydown',
          event => (pressed ||= event.timeStamp),
          {
            capture: true
          }
        );
      }),
    text
  );
  await page.keyboard.press(key);
  return seen;
}
