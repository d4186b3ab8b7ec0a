/* Timers. They are in the heap, so a fork has them, and what is left of their time. */
import { currentCell, setCell } from './host.js';
import { expose, U } from './realm.js';
import { now } from './performance.js';
import { report } from './promises.js';

const LONGEST = 2 ** 31 - 1;
const timers = new Map();
let last = 0;

function delay(ms) {
  const number = Number(ms);
  return number >= 1 && number <= LONGEST ? number : 1;
}

function requireFunction(act, name) {
  if (typeof act !== 'function') {
    throw new U.TypeError(`${name} needs a function; got ${act === null ? 'null' : typeof act}`);
  }
}

function add(name, act, wait, every, values) {
  requireFunction(act, name);
  const id = ++last;
  timers.set(id, { act, due: now() + wait, every, values, cell: currentCell() });
  return id;
}

/** Do something of ours after so many milliseconds. */
export const after = (ms, act) => add('after', act, delay(ms), null, []);

const clear = id => {
  timers.delete(Number(id));
};

function earliest() {
  let found = null;
  for (const [id, timer] of timers) {
    if (found === null || timer.due < found.timer.due) {
      found = { id, timer };
    }
  }
  return found;
}

/** Run a function on behalf of a cell; what it throws is told there. */
export function attempt(act, values, where, cell) {
  setCell(cell);
  try {
    Reflect.apply(act, U.global, values);
  } catch (error) {
    report(error, where, cell);
  }
}

function run(id, timer) {
  if (timer.every === null) {
    timers.delete(id);
  } else {
    timer.due = now() + timer.every;
  }
  attempt(timer.act, timer.values, 'in timer', timer.cell);
}

function microtask(act) {
  requireFunction(act, 'queueMicrotask');
  const cell = currentCell();
  Promise.resolve().then(() => {
    try {
      act();
    } catch (error) {
      report(error, 'in microtask', cell);
    }
  });
}

export function install() {
  expose('setTimeout', (act, ms = 0, ...values) => add('setTimeout', act, delay(ms), null, values));
  expose('setInterval', (act, ms = 0, ...values) =>
    add('setInterval', act, delay(ms), delay(ms), values)
  );
  expose('setImmediate', (act, ...values) => add('setImmediate', act, 0, null, values));
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
    expose(name, clear);
  }
  expose('queueMicrotask', act => microtask(act));
}

export const hooks = {
  /** Run the timer that is due first; false when none is due. */
  tick() {
    const first = earliest();
    if (first === null || first.timer.due > now()) {
      return false;
    }
    run(first.id, first.timer);
    return true;
  },
  /** Milliseconds until the next timer; null when there is none. */
  nextDue() {
    const first = earliest();
    return first === null ? null : Math.max(0, first.timer.due - now());
  },
  /** The person stopped a cell: its timers are gone. */
  interrupted(cell) {
    for (const [id, timer] of timers) {
      if (timer.cell === cell) {
        timers.delete(id);
      }
    }
  }
};
