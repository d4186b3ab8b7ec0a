/* The console: each call is written at once, to the cell that made it. */
import { call, currentCell } from './host.js';
import { formatLog, inspect } from './format.js';
import { expose } from './realm.js';
import { framesOf } from './format/errors.js';
import { publish } from './display.js';
import { htmlTable, readTable, textTable } from './tables.js';
import { now } from './performance.js';

/** Write a text to a stream of a cell. A stream is UTF-8, which has no lone surrogates. */
export const write = (name, text, cell = currentCell()) =>
  call('stream', { name, text: text.toWellFormed(), cell });

/* Groups end with their cell, even where an error skipped console.groupEnd(). */
let group = { cell: 0, depth: 0 };
const depth = () => (group.cell === currentCell() ? group.depth : 0);
const enter = by => {
  group = { cell: currentCell(), depth: Math.max(0, depth() + by) };
};

function line(name, text) {
  const space = '  '.repeat(depth());
  write(name, `${space}${space === '' ? text : text.replaceAll('\n', `\n${space}`)}\n`);
}

const logger =
  name =>
  (...values) =>
    line(name, formatLog(values));
const log = logger('stdout');
const warn = logger('stderr');

const labelled = label => (label === undefined ? 'default' : String(label));
const counts = new Map();
const times = new Map();

function count(label) {
  const name = labelled(label);
  counts.set(name, (counts.get(name) ?? 0) + 1);
  log(`${name}: ${counts.get(name)}`);
}

function countReset(label) {
  if (!counts.delete(labelled(label))) {
    warn(`Count for '${labelled(label)}' does not exist`);
  }
}

function duration(ms) {
  if (ms < 1000) {
    return `${ms.toFixed(3)}ms`;
  }
  return ms < 60000 ? `${(ms / 1000).toFixed(3)}s` : `${(ms / 60000).toFixed(3)}min`;
}

function time(label) {
  const name = labelled(label);
  if (times.has(name)) {
    warn(`Label '${name}' already exists for console.time()`);
  } else {
    times.set(name, now());
  }
}

function timeLog(label, ...values) {
  const name = labelled(label);
  if (times.has(name)) {
    log(`${name}: ${duration(now() - times.get(name))}`, ...values);
  } else {
    warn(`No such label '${name}' for console.timeLog()`);
  }
}

function timeEnd(label) {
  const name = labelled(label);
  if (times.has(name)) {
    log(`${name}: ${duration(now() - times.get(name))}`);
    times.delete(name);
  } else {
    warn(`No such label '${name}' for console.timeEnd()`);
  }
}

function assert(condition, ...values) {
  if (!condition) {
    const isText = typeof values[0] === 'string';
    const heading = values.length === 0 ? 'Assertion failed' : 'Assertion failed:';
    warn(...(isText ? [`${heading} ${values[0]}`, ...values.slice(1)] : [heading, ...values]));
  }
}

function trace(...values) {
  const frames = framesOf(new Error().stack).filter(
    (frame, at) => at > 0 || !frame.endsWith('(native)')
  );
  const heading = values.length === 0 ? 'Trace' : `Trace: ${formatLog(values)}`;
  line('stderr', [heading, ...frames].join('\n'));
}

function table(data, columns) {
  const read = readTable(data, columns);
  if (read === null) {
    log(data);
    return;
  }
  publish({ 'text/plain': textTable(read), 'text/html': htmlTable(read) });
}

function groupStart(...values) {
  if (values.length > 0) {
    log(...values);
  }
  enter(1);
}

const members = {
  log,
  info: log,
  debug: log,
  dirxml: log,
  warn,
  error: warn,
  trace,
  assert,
  count,
  countReset,
  time,
  timeLog,
  timeEnd,
  table,
  dir: (value, options) =>
    line('stdout', inspect(value, { ...options, quote: true, customInspect: false })),
  group: groupStart,
  groupCollapsed: groupStart,
  groupEnd: () => enter(-1),
  clear: () => call('clear', { wait: false, cell: currentCell() })
};

export function install() {
  const console = {};
  for (const [name, act] of Object.entries(members)) {
    console[name] = { [name]: (...values) => act(...values) }[name];
  }
  Object.defineProperty(console, Symbol.toStringTag, { value: 'console', configurable: true });
  expose('console', console);
}
