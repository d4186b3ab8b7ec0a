/* Event, CustomEvent and EventTarget. */
import { currentCell } from './host.js';
import { expose, U } from './realm.js';
import { report } from './promises.js';
import { now } from './performance.js';

/* What only EventTarget may set. */
const begin = Symbol('begin');

class Event {
  #type;
  #options;
  #target = null;
  #stopped = false;
  #prevented = false;
  #timeStamp = now();

  constructor(type, options) {
    this.#type = String(type);
    this.#options = { bubbles: false, cancelable: false, composed: false, ...options };
  }

  get type() {
    return this.#type;
  }
  get target() {
    return this.#target;
  }
  get currentTarget() {
    return this.#target;
  }
  get bubbles() {
    return Boolean(this.#options.bubbles);
  }
  get cancelable() {
    return Boolean(this.#options.cancelable);
  }
  get composed() {
    return Boolean(this.#options.composed);
  }
  get defaultPrevented() {
    return this.#prevented;
  }
  get timeStamp() {
    return this.#timeStamp;
  }
  get isTrusted() {
    return false;
  }

  preventDefault() {
    this.#prevented ||= this.cancelable;
  }

  stopPropagation() {}

  stopImmediatePropagation() {
    this.#stopped = true;
  }

  /** Set the target; answers whether a listener has stopped the rest. */
  static [begin](event, target) {
    event.#target = target;
    event.#stopped = false;
    return () => event.#stopped;
  }
}

class CustomEvent extends Event {
  #detail;
  constructor(type, options) {
    super(type, options);
    this.#detail = options?.detail ?? null;
  }

  get detail() {
    return this.#detail;
  }
}

function call(listener, target, event, cell) {
  try {
    if (typeof listener === 'function') {
      Reflect.apply(listener, target, [event]);
    } else {
      listener.handleEvent(event);
    }
  } catch (error) {
    report(error, 'in event listener', cell);
  }
}

class EventTarget {
  #listeners = [];

  #find(type, listener) {
    return this.#listeners.findIndex(one => one.type === type && one.listener === listener);
  }

  addEventListener(type, listener, options) {
    const name = String(type);
    if (listener === null || listener === undefined || this.#find(name, listener) >= 0) {
      return;
    }
    const { once = false, signal } = typeof options === 'object' && options !== null ? options : {};
    if (signal?.aborted) {
      return;
    }
    this.#listeners.push({ type: name, listener, once, cell: currentCell() });
    signal?.addEventListener('abort', () => this.removeEventListener(name, listener), {
      once: true
    });
  }

  removeEventListener(type, listener) {
    const at = this.#find(String(type), listener);
    if (at >= 0) {
      this.#listeners.splice(at, 1);
    }
  }

  dispatchEvent(event) {
    if (!(event instanceof Event)) {
      throw new U.TypeError('dispatchEvent needs an Event');
    }
    const isStopped = Event[begin](event, this);
    for (const one of this.#listeners.filter(found => found.type === event.type)) {
      if (isStopped()) {
        break;
      }
      if (one.once) {
        this.removeEventListener(one.type, one.listener);
      }
      call(one.listener, this, event, one.cell);
    }
    return !event.defaultPrevented;
  }
}

export { CustomEvent, Event, EventTarget };

export function install() {
  expose('Event', Event);
  expose('CustomEvent', CustomEvent);
  expose('EventTarget', EventTarget);
}
