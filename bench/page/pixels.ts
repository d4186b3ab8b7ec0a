import type { Side } from './side';

/**
 * Milliseconds from a key press to the frame that shows a text in an output.
 *
 * The press is the page's own `keydown` event; the end is after the first animation frame with
 * the text in the DOM, so that style, layout and paint of that frame are counted.
 */
export async function keyToPixels(
  { page, kind }: Side,
  keys: string,
  text: string
): Promise<number> {
  await page.evaluate(watch, { outputs: kind.outputs, text });
  await page.keyboard.press(keys);
  return page.evaluate(
    () => (window as unknown as { painted: Promise<number> }).painted
  );
}

/** In the page: note when Enter is pressed, and when the text is painted after that. */
function watch({ outputs, text }: { outputs: string; text: string }): void {
  const painted = new Promise<number>(done => {
    let pressed = 0;
    const isShown = () =>
      [...document.querySelectorAll(outputs)].some(node =>
        node.textContent?.includes(text)
      );
    const observer = new MutationObserver(() => {
      if (pressed && isShown()) {
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
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Enter') {
        pressed = event.timeStamp;
        document.removeEventListener('keydown', onKey, { capture: true });
      }
    };
    document.addEventListener('keydown', onKey, { capture: true });
  });
  Object.assign(window, { painted });
}
