/* Clocks: milliseconds since this kernel began, which go on in a fork and after a load. */
import { expose } from './realm.js';
import { call } from './host.js';

const engineClock = performance;
const ticks = () => engineClock.now();

let origin = 0;
let latest = 0;

/** Milliseconds since the kernel began; never goes back. */
export function now() {
  latest = Math.max(latest, ticks() - origin);
  return latest;
}

/** A new kernel begins: its clock is at 0. */
export function fresh() {
  origin = ticks();
  latest = 0;
}

/** A copy, maybe on another machine, whose clock stands elsewhere: go on from where it stood. */
export function restored() {
  origin = ticks() - latest;
}

const wall = () => call('time.now').wall;

export function install() {
  const marks = [];
  const mark = (name, options) => {
    const entry = {
      name: String(name),
      entryType: 'mark',
      startTime: options?.startTime ?? now(),
      duration: 0
    };
    marks.push(entry);
    return entry;
  };
  const since = (name, otherwise) =>
    name === undefined
      ? otherwise
      : (marks.findLast(one => one.name === name)?.startTime ?? otherwise);
  const measure = (name, start, end) => {
    const startTime = since(start, 0);
    return {
      name: String(name),
      entryType: 'measure',
      startTime,
      duration: since(end, now()) - startTime
    };
  };
  const object = {
    now: () => now(),
    mark,
    measure,
    toJSON: () => ({ timeOrigin: wall() - now() })
  };
  Object.defineProperty(object, 'timeOrigin', {
    get: () => wall() - now(),
    enumerable: true,
    configurable: true
  });
  Object.defineProperty(object, Symbol.toStringTag, { value: 'Performance', configurable: true });
  expose('performance', object);
}
