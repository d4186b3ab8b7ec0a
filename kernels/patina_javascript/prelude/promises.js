/* Rejections that nobody handles are told at the cell in which they happened. */
import { currentCell } from './host.js';
import { inspect } from './format.js';
import { write } from './console.js';

const unhandled = new Map();

/** Tell of an error that no code of the cell's catches. */
export function report(error, where, cell = currentCell()) {
  write('stderr', `Uncaught (${where}) ${inspect(error, { quote: true })}\n`, cell);
}

export const hooks = {
  rejection(promise, reason, handled) {
    if (handled) {
      unhandled.delete(promise);
    } else {
      unhandled.set(promise, { reason, cell: currentCell() });
    }
  },
  reportUnhandled() {
    const told = [...unhandled.values()];
    unhandled.clear();
    for (const { reason, cell } of told) {
      report(reason, 'in promise', cell);
    }
  }
};
