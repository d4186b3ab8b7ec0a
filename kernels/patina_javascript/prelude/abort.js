/* AbortController and AbortSignal. */
import { currentCell } from './host.js';
import { Event, EventTarget } from './events.js';
import { expose, U } from './realm.js';
import { after } from './timers.js';
import { report } from './promises.js';

/* Only who makes a signal may abort it. */
const key = Symbol('AbortSignal');

const aborted = () => new U.DOMException('This operation was aborted', 'AbortError');
const timedOut = () =>
  new U.DOMException('The operation was aborted due to timeout', 'TimeoutError');

class AbortSignal extends EventTarget {
  #isAborted = false;
  #reason = undefined;
  #dependents = [];
  onabort = null;

  constructor(given) {
    super();
    if (given !== key) {
      throw new U.TypeError('AbortSignal has no constructor: make an AbortController');
    }
    Object.defineProperty(this, 'onabort', { enumerable: false });
  }

  get aborted() {
    return this.#isAborted;
  }
  get reason() {
    return this.#reason;
  }

  throwIfAborted() {
    if (this.#isAborted) {
      throw this.#reason;
    }
  }

  static #abort(signal, reason) {
    if (signal.#isAborted) {
      return;
    }
    signal.#isAborted = true;
    signal.#reason = reason;
    signal.#tell();
    signal.#dependents.forEach(one => AbortSignal.#abort(one, reason));
  }

  #tell() {
    const event = new Event('abort');
    try {
      this.onabort?.(event);
    } catch (error) {
      report(error, 'in event listener', currentCell());
    }
    this.dispatchEvent(event);
  }

  static [key](signal, reason) {
    AbortSignal.#abort(signal, reason === undefined ? aborted() : reason);
  }

  static abort(reason) {
    const signal = new AbortSignal(key);
    AbortSignal[key](signal, reason);
    return signal;
  }

  static timeout(ms) {
    const signal = new AbortSignal(key);
    after(Number(ms), () => AbortSignal[key](signal, timedOut()));
    return signal;
  }

  static any(signals) {
    const made = new AbortSignal(key);
    for (const signal of signals) {
      if (signal.#isAborted) {
        AbortSignal[key](made, signal.#reason);
        break;
      }
      signal.#dependents.push(made);
    }
    return made;
  }
}

class AbortController {
  #signal = new AbortSignal(key);

  get signal() {
    return this.#signal;
  }

  abort(reason) {
    AbortSignal[key](this.#signal, reason);
  }
}

export { AbortSignal };

export function install() {
  expose('AbortSignal', AbortSignal);
  expose('AbortController', AbortController);
}
