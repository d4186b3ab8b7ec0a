/* The variables of the notebook, looked at without running anybody's code. */
import { className, isProxy, lexicals, userGlobal } from './host.js';
import { inspect } from './format.js';

const SUMMARY = 200;
const MOST_KEYS = 10_000;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/* What the realm had before any cell. */
let builtin = new Set();
/* What was seen last: name to { value, summary, length }. */
let seen = new Map();
let mentioned = new Set();

/** Call once all globals of the prelude are there. */
export function begin() {
  builtin = new Set(Object.getOwnPropertyNames(userGlobal));
}

function* properties() {
  for (const name of Object.getOwnPropertyNames(userGlobal)) {
    const property = Object.getOwnPropertyDescriptor(userGlobal, name);
    // A builtin that a cell replaced is the cell's; `_` and the like are hidden.
    if (
      property !== undefined &&
      'value' in property &&
      property.enumerable &&
      !builtin.has(name)
    ) {
      yield [name, property.value];
    }
  }
}

/** All variables: name to { value, ready }. A let, const or class hides a var of its name. */
function variables() {
  const found = new Map();
  for (const [name, value] of properties()) {
    found.set(name, { value, ready: true });
  }
  for (const [name, , ready, value] of lexicals()) {
    found.set(name, { value, ready });
  }
  return found;
}

const isClass = value => {
  const property = Object.getOwnPropertyDescriptor(value, 'prototype');
  return property !== undefined && property.writable === false;
};

/** A property's value along the prototypes; undefined for a getter or behind a proxy. */
function plain(object, key) {
  for (let at = object; at !== null && !isProxy(at); at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, key);
    if (property !== undefined) {
      return property.value;
    }
  }
  return undefined;
}

function typeOf(value) {
  if (value === null) {
    return 'null';
  }
  if (typeof value === 'function') {
    return isProxy(value) ? 'Proxy' : isClass(value) ? 'class' : 'function';
  }
  if (typeof value !== 'object') {
    return typeof value;
  }
  if (isProxy(value)) {
    return 'Proxy';
  }
  const made = plain(value, 'constructor');
  const name = typeof made === 'function' && !isProxy(made) ? plain(made, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? name : className(value);
}

function kindOf(value) {
  if (typeof value === 'function') {
    return isProxy(value) || !isClass(value) ? 'function' : 'class';
  }
  if (typeof value === 'object' && value !== null && className(value) === 'Module') {
    return 'module';
  }
  return 'data';
}

const sizeOf = prototype => Object.getOwnPropertyDescriptor(prototype, 'size').get;
const mapSize = sizeOf(Map.prototype);
const setSize = sizeOf(Set.prototype);
const typed = Object.getPrototypeOf(Uint8Array.prototype);
const typedLength = Object.getOwnPropertyDescriptor(typed, 'length').get;
const typedBytes = Object.getOwnPropertyDescriptor(typed, 'byteLength').get;
const bufferBytes = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;

/** { length, bytes, dtype, shape, entries } of what is known by its class. */
function measure(value) {
  if (typeof value === 'string') {
    return { length: value.length };
  }
  if (typeof value !== 'object' || value === null || isProxy(value)) {
    return {};
  }
  if (Array.isArray(value)) {
    return { length: value.length, shape: [value.length] };
  }
  if (ArrayBuffer.isView(value)) {
    const name = className(value);
    if (name === 'DataView') {
      return {};
    }
    const length = typedLength.call(value);
    const dtype = name.replace('Array', '').toLowerCase();
    return { length, bytes: typedBytes.call(value), dtype, shape: [length] };
  }
  switch (className(value)) {
    case 'Map':
      return { length: mapSize.call(value) };
    case 'Set':
      return { length: setSize.call(value) };
    case 'ArrayBuffer':
      return { bytes: bufferBytes.call(value) };
    default:
      return {};
  }
}

function hasChildren(value) {
  if (typeof value !== 'object' || value === null || isProxy(value)) {
    return false;
  }
  const { length } = measure(value);
  return (length ?? 0) > 0 || Object.getOwnPropertyNames(value).length > 0;
}

function summary(value) {
  const text = inspect(value, { quote: true, depth: 1, breakLength: Infinity, compact: true });
  const line = text.replace(/\s*\n\s*/g, ' ');
  return line.length <= SUMMARY ? line : `${line.slice(0, SUMMARY - 1)}…`;
}

function row(name, value, ready = true, changed = null) {
  if (!ready) {
    return {
      name,
      type: 'uninitialized',
      kind: 'other',
      has_children: false,
      changed,
      summary: 'never got a value: its declaration failed'
    };
  }
  return {
    name,
    type: typeOf(value),
    kind: kindOf(value),
    summary: summary(value),
    has_children: hasChildren(value),
    changed,
    ...measure(value)
  };
}

const isObject = value =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

function changeOf(name, now, before) {
  if (before === undefined) {
    return 'new';
  }
  if (before.ready !== now.ready || !Object.is(before.value, now.value)) {
    return 'rebound';
  }
  const look =
    isObject(now.value) && (mentioned.has(name) || before.length !== measure(now.value).length);
  return look && summary(now.value) !== before.summary ? 'maybe' : null;
}

/** What changed since the last time, within so many milliseconds: { changes, total, complete }. */
function delta({ ms }) {
  const end = Date.now() + ms;
  const now = variables();
  const changes = [];
  let complete = true;
  for (const [name, one] of now) {
    if (Date.now() > end && changes.length > 0) {
      complete = false;
      break;
    }
    const changed = changeOf(name, one, seen.get(name));
    if (changed !== null) {
      const told = row(name, one.value, one.ready, changed);
      changes.push(told);
      seen.set(name, { ...one, summary: told.summary, length: told.length });
    }
  }
  for (const [name] of complete ? [...seen] : []) {
    if (!now.has(name)) {
      seen.delete(name);
      changes.push({
        name,
        type: '',
        kind: 'data',
        summary: '',
        has_children: false,
        changed: 'gone'
      });
    }
  }
  return { changes, total: now.size, complete };
}

function note({ source }) {
  mentioned = new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? []);
}

/** Another state was loaded in place of one with these names: tell everything again. */
function replaced({ names: before }) {
  seen = new Map(before.map(name => [name, { value: seen, ready: true }]));
}

const table = () => [...variables()].map(([name, { value, ready }]) => row(name, value, ready));

const keyText = key => (typeof key === 'symbol' ? `[${String(key)}]` : key);

/** The children of a value, as [label, value]; getters are not called. */
function entries(value) {
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && className(value) !== 'DataView')) {
    return Array.prototype.map.call(value, (one, index) => [String(index), one]);
  }
  if (className(value) === 'Map') {
    return [...Map.prototype.entries.call(value)].map(([key, one]) => [
      inspect(key, { quote: true, depth: 0 }),
      one
    ]);
  }
  if (className(value) === 'Set') {
    return [...Set.prototype.values.call(value)].map((one, index) => [String(index), one]);
  }
  return Reflect.ownKeys(value)
    .slice(0, MOST_KEYS)
    .flatMap(key => {
      const property = Object.getOwnPropertyDescriptor(value, key);
      return property !== undefined && 'value' in property ? [[keyText(key), property.value]] : [];
    });
}

class NoSuchGlobal extends Error {}

function descend(value, path) {
  for (const step of path) {
    const found = hasChildren(value) ? entries(value).find(([label]) => label === step) : undefined;
    if (found === undefined) {
      throw new NoSuchGlobal(step);
    }
    value = found[1];
  }
  return value;
}

function children({ name, path, offset, limit }) {
  const one = variables().get(name);
  if (one === undefined) {
    return { missing: name };
  }
  try {
    const value = descend(one.value, path);
    const all = hasChildren(value) ? entries(value) : [];
    const page = all.slice(offset, offset + limit);
    const label = path.at(-1) ?? name;
    return {
      of: row(label, value, one.ready),
      children: page.map(([key, child]) => row(key, child)),
      total: all.length
    };
  } catch (error) {
    if (error instanceof NoSuchGlobal) {
      return { missing: [name, ...path].join('.') };
    }
    throw error;
  }
}

/** The names that a cell could use. */
export function names() {
  const found = new Set(lexicals().map(([name]) => name));
  for (let at = userGlobal; at !== null; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      found.add(name);
    }
  }
  return [...found].filter(name => IDENTIFIER.test(name));
}

/** The value that a name has, found without running anybody's code: [value], or null. */
export function valueOf(name) {
  const one = lexicals().find(([known, , ready]) => known === name && ready);
  if (one !== undefined) {
    return [one[3]];
  }
  const property = Object.getOwnPropertyDescriptor(userGlobal, name);
  return property !== undefined && 'value' in property ? [property.value] : null;
}

const answering = act => json =>
  JSON.stringify(act(json === '' ? undefined : JSON.parse(json))) ?? '';

export const hooks = {
  globalsDelta: answering(delta),
  globalsNote: answering(note),
  globalsTable: answering(table),
  globalsNames: answering(() => [...variables().keys()]),
  globalsReplaced: answering(replaced),
  globalsChildren: answering(children)
};
