/* Objects as text, in the manner of Node's util.inspect. Nobody's code runs, except a function
 * under Symbol.for('nodejs.util.inspect.custom'), which is there for this. */
import { isProxy, promiseState } from '../host.js';
import { enclose } from './layout.js';
import { errorKeys, errorText } from './errors.js';
import { brand, constructorName, isTypedArray, own, plain, shownKeys } from './look.js';
import { functionText, prefix, primitiveText } from './primitives.js';
import { indented, MOST_KEYS } from './state.js';
import { keyText } from './text.js';

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const isObject = value =>
  value !== null && (typeof value === 'object' || typeof value === 'function');

/** Any value as text. */
export function formatValue(state, value, depth = 0) {
  if (!isObject(value)) {
    return primitiveText(state, value);
  }
  if (isProxy(value)) {
    return '[Proxy]';
  }
  const custom = state.customInspect ? customText(state, value, depth) : undefined;
  if (custom !== undefined) {
    return custom;
  }
  if (state.above.includes(value)) {
    return `[Circular *${referenceOf(state, value)}]`;
  }
  return formatObject(state, value, depth);
}

function referenceOf(state, value) {
  if (!state.circular.has(value)) {
    state.circular.set(value, state.circular.size + 1);
  }
  return state.circular.get(value);
}

function customText(state, value, depth) {
  const act = plain(value, CUSTOM);
  if (typeof act !== 'function') {
    return undefined;
  }
  const { inspect, ...options } = state.given ?? {};
  const made = act.call(
    value,
    state.depth - depth,
    { ...options, depth: state.depth - depth },
    inspect
  );
  if (typeof made === 'string') {
    return made.replaceAll('\n', `\n${' '.repeat(state.indentation)}`);
  }
  return made === value ? undefined : formatValue(state, made, depth);
}

function formatObject(state, value, depth) {
  const shape = shapeOf(state, value);
  if (shape.keys.length === 0 && shape.entries === undefined) {
    return shape.base || `${shape.braces[0]}${shape.braces[1]}`;
  }
  if (depth > state.depth) {
    return tooDeep(shape, value);
  }
  state.above.push(value);
  state.deepest = depth + 1;
  const entries = entriesOf(state, shape, value, depth + 1);
  state.above.pop();
  const text = enclose(state, { ...shape, entries, depth: depth + 1 });
  const reference = state.circular.get(value);
  return reference === undefined ? text : `<ref *${reference}> ${text}`;
}

function tooDeep(shape, value) {
  if (shape.base) {
    return shape.base;
  }
  const name = constructorName(value);
  return Array.isArray(value) && name === 'Array'
    ? '[Array]'
    : `[${prefix(value, 'Object')
        .trim()
        .replace(/^\[(.*)\]$/, '$1')}]`;
}

function entriesOf(state, shape, value, depth) {
  const list = shape.entries === undefined ? [] : shape.entries(depth);
  const keys = shape.keys.slice(0, MOST_KEYS);
  const inside = keys.map(key => propertyText(state, value, key, depth));
  const rest = shape.keys.length - keys.length;
  return [...list, ...inside, ...(rest > 0 ? [more(rest, 'property', 'properties')] : [])];
}

const more = (count, one, many) => `... ${count} more ${count === 1 ? one : many}`;

function propertyText(state, object, key, depth) {
  let found;
  try {
    found = Object.getOwnPropertyDescriptor(object, key);
  } catch {
    return `${keyText(key, true)}: <uninitialized>`;
  }
  const name = keyText(key, found.enumerable);
  return `${name}: ${memberText(state, found, depth)}`;
}

function memberText(state, found, depth) {
  if (found.get !== undefined) {
    return found.set === undefined ? '[Getter]' : '[Getter/Setter]';
  }
  if (found.set !== undefined) {
    return '[Setter]';
  }
  return inner(state, found.value, depth);
}

/* How each kind of object looks: { base, braces, isList, keys, entries?, values? }. */
function shapeOf(state, value) {
  const keys = keysOf(state, value);
  const kind = kindOf(value);
  const draw = SHAPES[kind] ?? ordinary;
  return {
    base: '',
    braces: ['{', '}'],
    isList: false,
    keys,
    values: [],
    ...draw(state, value, keys)
  };
}

function kindOf(value) {
  if (isTypedArray(value)) {
    return 'TypedArray';
  }
  if (Array.isArray(value)) {
    return 'Array';
  }
  const isModule =
    Object.getPrototypeOf(value) === null && own(value, Symbol.toStringTag) === 'Module';
  return isModule ? 'Module' : brand(value);
}

/* Of a longer list only the symbols are looked at: its keys are as many as its elements. */
const LONG_LIST = 10_000;
const typedLength = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  'length'
).get;

function isLongList(value) {
  const length = isTypedArray(value)
    ? typedLength.call(value)
    : Array.isArray(value)
      ? value.length
      : 0;
  return length > LONG_LIST;
}

function keysOf(state, value) {
  if (isLongList(value)) {
    return Object.getOwnPropertySymbols(value);
  }
  const isList = Array.isArray(value) || isTypedArray(value) || brand(value) === 'String';
  const keys = shownKeys(value, { indices: !isList, hidden: state.showHidden });
  return state.sorted ? keys.sort((a, b) => (keyText(a, true) < keyText(b, true) ? -1 : 1)) : keys;
}

function ordinary(state, value) {
  const lead = prefix(value, 'Object');
  return { braces: [lead === 'Object ' ? '{' : `${lead}{`, '}'] };
}

const named = (value, kind, rest) => {
  const lead = prefix(value, kind);
  return lead === `${kind} ` ? rest : lead + rest;
};

const inner = (state, value, depth) => indented(state, 2, () => formatValue(state, value, depth));

function limited(state, size, act) {
  const count = Math.min(size, Math.max(0, state.maxArrayLength));
  const shown = act(count);
  return size > count ? [...shown, more(size - count, 'item', 'items')] : shown;
}

function arrayItems(state, value, depth) {
  const items = [];
  const { length } = value;
  let at = 0;
  while (at < length && items.length < state.maxArrayLength) {
    const found = Object.getOwnPropertyDescriptor(value, at);
    if (found !== undefined) {
      items.push(memberText(state, found, depth));
      at += 1;
    } else {
      const next = nextIndex(value, at);
      items.push(`<${next - at} empty item${next - at === 1 ? '' : 's'}>`);
      at = next;
    }
  }
  return at < length ? [...items, more(length - at, 'item', 'items')] : items;
}

/* The first index after a hole; a hole may be as long as 2 ** 32. */
function nextIndex(array, at) {
  const { length } = array;
  for (let next = at + 1; next < Math.min(length, at + 1000); next++) {
    if (Object.hasOwn(array, next)) {
      return next;
    }
  }
  const after = Object.keys(array)
    .map(Number)
    .filter(index => index > at && index < length);
  return after.reduce((least, index) => Math.min(least, index), length);
}

const ofArray = (state, value) => ({
  braces: [`${listPrefix(value, 'Array', value.length)}[`, ']'],
  isList: true,
  entries: value.length === 0 ? undefined : depth => arrayItems(state, value, depth),
  values: Array.from({ length: Math.min(value.length, state.maxArrayLength) }, (_, at) =>
    own(value, at)
  )
});

function listPrefix(value, fallback, size) {
  const lead = prefix(value, fallback, `(${size})`);
  return lead === `Array(${size}) ` ? '' : lead;
}

const lengthOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  'length'
).get;
const getSize = Class => Object.getOwnPropertyDescriptor(Class.prototype, 'size').get;
const mapSize = getSize(Map);
const setSize = getSize(Set);

function ofTypedArray(state, value) {
  const length = lengthOf.call(value);
  const values = Array.from(
    { length: Math.min(length, state.maxArrayLength) },
    (_, at) => value[at]
  );
  return {
    braces: [`${prefix(value, brand(value), `(${length})`)}[`, ']'],
    isList: true,
    values,
    entries:
      length === 0
        ? undefined
        : () => limited(state, length, () => values.map(one => primitiveText(state, one)))
  };
}

function ofMap(state, value) {
  const size = mapSize.call(value);
  const pair =
    depth =>
    ([key, item]) =>
      `${inner(state, key, depth)} => ${inner(state, item, depth)}`;
  return {
    braces: [`${prefix(value, 'Map', `(${size})`)}{`, '}'],
    entries:
      size === 0
        ? undefined
        : depth =>
            limited(state, size, count =>
              taken(Map.prototype.entries.call(value), count).map(pair(depth))
            )
  };
}

function ofSet(state, value) {
  const size = setSize.call(value);
  return {
    braces: [`${prefix(value, 'Set', `(${size})`)}{`, '}'],
    entries:
      size === 0
        ? undefined
        : depth =>
            limited(state, size, count =>
              taken(Set.prototype.values.call(value), count).map(item => inner(state, item, depth))
            )
  };
}

/* `of` would go by the iterator's method of the cells' realm. */
const nextOfMap = Object.getPrototypeOf(new Map().entries()).next;
const nextOfSet = Object.getPrototypeOf(new Set().values()).next;

function taken(iterator, count) {
  const next = brand(iterator) === 'Map Iterator' ? nextOfMap : nextOfSet;
  const found = [];
  for (
    let step = next.call(iterator);
    !step.done && found.length < count;
    step = next.call(iterator)
  ) {
    found.push(step.value);
  }
  return found;
}

function ofPromise(state, value) {
  const [status, result] = promiseState(value);
  const mark = status === 'rejected' ? '<rejected> ' : '';
  return {
    braces: [`${prefix(value, 'Promise')}{`, '}'],
    entries: depth => [status === 'pending' ? '<pending>' : mark + inner(state, result, depth)]
  };
}

const ofFunction = (state, value) => ({ base: functionText(value) });

const ofError = (state, value, keys) => ({
  base: errorText(value, state.indentation),
  keys: errorKeys(value, keys)
});

function ofDate(state, value) {
  const time = Date.prototype.getTime.call(value);
  const text = Number.isNaN(time) ? 'Invalid Date' : Date.prototype.toISOString.call(value);
  return { base: named(value, 'Date', text) };
}

const sourceOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source').get;
const FLAGS = {
  d: 'hasIndices',
  g: 'global',
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  u: 'unicode',
  v: 'unicodeSets',
  y: 'sticky'
};
const FLAG_GETTERS = Object.entries(FLAGS).map(([letter, name]) => [
  letter,
  Object.getOwnPropertyDescriptor(RegExp.prototype, name)?.get
]);

function ofRegExp(state, value) {
  const flags = FLAG_GETTERS.filter(([, get]) => get?.call(value)).map(([letter]) => letter);
  return { base: named(value, 'RegExp', `/${sourceOf.call(value)}/${flags.join('')}`) };
}

const ofBoxed = (kind, valueOf) => (state, value) => {
  const name = constructorName(value);
  const label =
    name === kind ? kind : name === null ? `${kind} (null prototype)` : `${kind} (${name})`;
  return { base: `[${label}: ${primitiveText(state, valueOf.call(value))}]` };
};

function ofBuffer(state, value) {
  const bytes = new Uint8Array(value, 0, Math.min(value.byteLength, 50));
  const shown = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');
  const rest = value.byteLength - bytes.length;
  const contents = `${shown}${rest > 0 ? ` ... ${more(rest, 'byte', 'bytes').slice(4)}` : ''}`;
  return {
    braces: [`${prefix(value, brand(value))}{`, '}'],
    entries: () => [`[Uint8Contents]: <${contents}>`, `byteLength: ${value.byteLength}`]
  };
}

const ofDataView = (state, value) => ({
  braces: [`${prefix(value, 'DataView')}{`, '}'],
  entries: depth =>
    ['byteLength', 'byteOffset', 'buffer'].map(
      key => `${key}: ${inner(state, viewGetters[key].get.call(value), depth)}`
    )
});
const viewGetters = Object.getOwnPropertyDescriptors(DataView.prototype);

const unknown = kind => (state, value) => ({
  braces: [`${prefix(value, kind)}{`, '}'],
  entries: () => ['<items unknown>']
});

const ofIterator = kind => (state, value) => ({ braces: [`Object [${kind}] {`, '}'] });
const ofModule = () => ({ braces: ['[Module: null prototype] {', '}'] });

const SHAPES = {
  Array: ofArray,
  TypedArray: ofTypedArray,
  Map: ofMap,
  Set: ofSet,
  Promise: ofPromise,
  Function: ofFunction,
  Error: ofError,
  Date: ofDate,
  RegExp: ofRegExp,
  Number: ofBoxed('Number', Number.prototype.valueOf),
  String: ofBoxed('String', String.prototype.valueOf),
  Boolean: ofBoxed('Boolean', Boolean.prototype.valueOf),
  BigInt: ofBoxed('BigInt', BigInt.prototype.valueOf),
  Symbol: ofBoxed('Symbol', Symbol.prototype.valueOf),
  ArrayBuffer: ofBuffer,
  SharedArrayBuffer: ofBuffer,
  DataView: ofDataView,
  WeakMap: unknown('WeakMap'),
  WeakSet: unknown('WeakSet'),
  WeakRef: unknown('WeakRef'),
  Generator: ofIterator('Generator'),
  AsyncGenerator: ofIterator('AsyncGenerator'),
  'Map Iterator': ofIterator('Map Iterator'),
  'Set Iterator': ofIterator('Set Iterator'),
  'Array Iterator': ofIterator('Array Iterator'),
  Module: ofModule
};
