/* structuredClone: https://html.spec.whatwg.org/multipage/structured-data.html */
import { isProxy } from './host.js';
import { brand, isTypedArray, plain, property } from './format/look.js';
import { expose, U } from './realm.js';

const ERRORS = [
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError'
];
const isObject = value =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

function refuse(value, what) {
  throw new U.DOMException(`${what} could not be cloned`, 'DataCloneError');
}

const boxed = Class => value => Object(Class.prototype.valueOf.call(value));

/* A box of the cells' realm. */
const rebox = Class => value => U.Object(boxed(Class)(value).valueOf());

function cloneRegExp(value) {
  const made = new U.RegExp(
    Reflect.get(RegExp.prototype, 'source', value),
    Reflect.get(RegExp.prototype, 'flags', value)
  );
  made.lastIndex = 0;
  return made;
}

function cloneBuffer(value) {
  const made = new U.ArrayBuffer(value.byteLength);
  new Uint8Array(made).set(new Uint8Array(value));
  return made;
}

function cloneView(value, state) {
  const buffer = clone(value.buffer, state);
  const kind = isTypedArray(value) ? brand(value) : 'DataView';
  const length = kind === 'DataView' ? value.byteLength : value.length;
  return new U[kind](buffer, value.byteOffset, length);
}

function cloneError(value, state) {
  const name = plain(value, 'name');
  const made = new U[ERRORS.includes(name) ? name : 'Error']();
  state.seen.set(value, made);
  for (const key of ['message', 'stack', 'cause']) {
    const found = property(value, key);
    const given = found !== undefined && 'value' in found ? found.value : found?.get?.call(value);
    if (given !== undefined) {
      const copied = key === 'cause' ? clone(given, state) : String(given);
      Object.defineProperty(made, key, { value: copied, writable: true, configurable: true });
    }
  }
  return made;
}

function cloneMap(value, state) {
  const made = new U.Map();
  state.seen.set(value, made);
  const entries = [];
  Map.prototype.forEach.call(value, (item, key) => entries.push([key, item]));
  entries.forEach(([key, item]) =>
    Map.prototype.set.call(made, clone(key, state), clone(item, state))
  );
  return made;
}

function cloneSet(value, state) {
  const made = new U.Set();
  state.seen.set(value, made);
  const items = [];
  Set.prototype.forEach.call(value, item => items.push(item));
  items.forEach(item => Set.prototype.add.call(made, clone(item, state)));
  return made;
}

/* Getters of the user's own run, as the standard has it. */
function cloneMembers(value, made, state) {
  state.seen.set(value, made);
  for (const key of Object.keys(value)) {
    Object.defineProperty(made, key, {
      value: clone(value[key], state),
      writable: true,
      configurable: true,
      enumerable: true
    });
  }
  return made;
}

const CLONERS = {
  Number: rebox(Number),
  String: rebox(String),
  Boolean: rebox(Boolean),
  BigInt: rebox(BigInt),
  Date: value => new U.Date(Date.prototype.getTime.call(value)),
  RegExp: cloneRegExp,
  ArrayBuffer: cloneBuffer,
  DataView: cloneView,
  Error: cloneError,
  Map: cloneMap,
  Set: cloneSet,
  Object: (value, state) => cloneMembers(value, new U.Object(), state),
  Arguments: (value, state) => cloneMembers(value, new U.Object(), state)
};

function clone(value, state) {
  if (!isObject(value)) {
    return typeof value === 'symbol'
      ? refuse(value, String(Symbol.prototype.toString.call(value)))
      : value;
  }
  if (state.seen.has(value)) {
    return state.seen.get(value);
  }
  if (typeof value === 'function' || isProxy(value)) {
    return refuse(value, typeof value === 'function' ? 'a function' : 'a Proxy');
  }
  const made = cloneObject(value, state);
  state.seen.set(value, made);
  return made;
}

function cloneObject(value, state) {
  if (Array.isArray(value)) {
    const made = new U.Array(value.length);
    return cloneMembers(value, made, state);
  }
  const kind = isTypedArray(value) ? 'DataView' : brand(value);
  const act = CLONERS[kind];
  return act === undefined ? refuse(value, `an object of class ${kind}`) : act(value, state);
}

/* A transferred buffer moves: what was its owner is left without. */
function transfer(buffers, state) {
  for (const buffer of buffers) {
    if (!isObject(buffer) || brand(buffer) !== 'ArrayBuffer') {
      refuse(buffer, 'what is to be transferred');
    }
    const moved = ArrayBuffer.prototype.transfer.call(buffer);
    Object.setPrototypeOf(moved, U.ArrayBuffer.prototype);
    state.seen.set(buffer, moved);
  }
}

function structuredClone(value, options) {
  const state = { seen: new Map() };
  transfer(options?.transfer ?? [], state);
  return clone(value, state);
}

export function install() {
  expose('structuredClone', structuredClone);
}
