import type { Side } from './side';

/**
 * Milliseconds from a key press to the frame that shows a text in an output.
 *
 * The press is the page's own `keydown` event; the end is after the first animation frame with
 * the text in the DOM, so that style, layout and paint of that frame are counted. A text that is
 * put there in a callback of an animation frame is painted in that frame, not in the next one.
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
    let isInFrame = false;
    let isWatching = true;
    const afterThis = (act: () => void) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = act;
      channel.port2.postMessage(null);
    };
    // Asked for first in each frame, and so the first callback of the next one.
    const onFrame = () => {
      if (isWatching) {
        requestAnimationFrame(onFrame);
      }
      isInFrame = true;
      afterThis(() => (isInFrame = false));
    };
    requestAnimationFrame(onFrame);
    const finish = () =>
      afterThis(() => {
        isWatching = false;
        done(performance.now() - pressed);
      });
    const isShown = () =>
      [...document.querySelectorAll(outputs)].some(node =>
        node.textContent?.includes(text)
      );
    const observer = new MutationObserver(() => {
      if (pressed && isShown()) {
        observer.disconnect();
        if (isInFrame) {
          finish();
        } else {
          requestAnimationFrame(finish);
        }
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
