/* Rich output: values as MIME bundles, and the cells' functions display, html, svg and md. */
import { call, currentCell, isProxy, withCell } from './host.js';
import { inspect } from './format.js';
import { brand, plain } from './format/look.js';
import { expose, U, userClass, userFunction } from './realm.js';
import { escapeHtml, htmlTable, isRecords, readDataFrame, readTable } from './tables.js';
import { figure } from './figures.js';

/** A method of this name gives an object's MIME bundle, as in other JavaScript kernels. */
const DISPLAY = Symbol.for('Jupyter.display');

const isObject = value =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Send a MIME bundle to a cell's output. */
export function publish(data, { metadata = {}, id, update = false } = {}, cell = currentCell()) {
  call('display', { data, metadata, display_id: id, update, cell });
}

const base64 = view => {
  const bytes = ArrayBuffer.isView(view)
    ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    : new Uint8Array(view);
  return bytes.toBase64();
};

const isBytes = value =>
  ArrayBuffer.isView(value) || (isObject(value) && brand(value) === 'ArrayBuffer');

/* A bundle as it is sent: JSON, and binary data in base64. */
function asSent(made) {
  if (!isObject(made) || isBytes(made) || Array.isArray(made)) {
    throw new U.TypeError(
      `a display must give an object from MIME types to data; got ${inspect(made, { depth: 0, quote: true })}`
    );
  }
  const data = {};
  for (const [type, value] of Object.entries(made)) {
    data[type] = isBytes(value) ? base64(value) : value;
  }
  return data;
}

const SIGNATURES = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50]]
];

/* The MIME type of a picture, by how its bytes begin. */
function pictureType(value) {
  const bytes = brand(value) === 'ArrayBuffer' ? new Uint8Array(value) : value;
  const found = SIGNATURES.find(([, start]) =>
    start.every((byte, at) => byte === null || byte === bytes[at])
  );
  return found?.[0];
}

function pictureData(value) {
  const isPlain = ['ArrayBuffer', 'Uint8Array', 'Uint8ClampedArray'].includes(brand(value));
  const type = isPlain ? pictureType(value) : undefined;
  return type === undefined ? {} : { [type]: base64(value) };
}

/* An element of a DOM library: its markup. */
function elementData(value) {
  const markup = Reflect.get(value, 'outerHTML');
  if (typeof markup !== 'string') {
    return {};
  }
  return /^<svg\b/i.test(markup) ? { 'image/svg+xml': markup } : { 'text/html': markup };
}

function tableData(value) {
  const table = isRecords(value) ? readTable(value) : readDataFrame(value);
  return table === null ? {} : { 'text/html': htmlTable(table) };
}

const hasMember = (value, key) => {
  for (let at = value; at !== null && !isProxy(at); at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, key)) {
      return true;
    }
  }
  return false;
};

function richData(value) {
  if (typeof value === 'function' && !hasMember(value, 'toSpec')) {
    return {};
  }
  if (hasMember(value, 'outerHTML')) {
    return elementData(value);
  }
  const data = figure(value) ?? {};
  return Object.keys(data).length > 0 ? data : { ...pictureData(value), ...tableData(value) };
}

/** A value's MIME bundle, or a promise of it where its own display is asynchronous. */
function bundleOf(value) {
  if (isObject(value) && !isProxy(value)) {
    const show = plain(value, DISPLAY);
    if (typeof show === 'function') {
      const made = show.call(value);
      return isThenable(made) ? Promise.resolve(made).then(asSent) : asSent(made);
    }
    return { 'text/plain': inspect(value, { quote: true }), ...richData(value) };
  }
  return { 'text/plain': inspect(value, { quote: true }) };
}

const isThenable = value => isObject(value) && !isProxy(value) && typeof value.then === 'function';

/** The MIME bundle of a cell's value; null for undefined. */
export const bundle = async value => (value === undefined ? null : bundleOf(value));

let lastId = 0;

function optionsOf(given) {
  const { metadata, id, display_id: snake, update = false, raw = false } = given ?? {};
  const wanted = id ?? snake;
  const chosen = wanted === true ? `display-${Date.now().toString(36)}-${++lastId}` : wanted;
  return { metadata, id: chosen === undefined ? undefined : String(chosen), update, raw };
}

/* What stands for an output that can be changed. */
class Display {
  #metadata;
  constructor(id, metadata) {
    this.id = id;
    this.#metadata = metadata;
  }

  update(value, given) {
    return show(value, {
      ...optionsOf(given),
      metadata: given?.metadata ?? this.#metadata,
      id: this.id,
      update: true
    });
  }
}

function show(value, options) {
  const cell = currentCell();
  const send = data => {
    withCell(cell, () => publish(data, options, cell));
    return options.id === undefined || options.update
      ? undefined
      : new Display(options.id, options.metadata);
  };
  const data = options.raw ? asSent(value) : bundleOf(value);
  return data instanceof Promise ? data.then(send) : send(data);
}

function display(value, given) {
  const options = optionsOf(given);
  if (options.update && options.id === undefined) {
    throw new U.TypeError(
      'display: { update: true } needs the id of the output: { id, update: true }'
    );
  }
  return show(value, options);
}

const clear = given => call('clear', { wait: given?.wait === true, cell: currentCell() });

/* Markup that a tag has made: it goes into other markup as it is. */
class Markup {
  #text;
  #type;
  constructor(text, type) {
    this.#text = text;
    this.#type = type;
  }

  static textOf(value) {
    return #text in value ? value.#text : undefined;
  }

  toString() {
    return this.#text;
  }

  [DISPLAY]() {
    return { [this.#type]: this.#text, 'text/plain': this.#text };
  }
}

const markupText = value => (isObject(value) && !isProxy(value) ? Markup.textOf(value) : undefined);

function markupOf(value) {
  const shown = isObject(value) && !isProxy(value) ? plain(value, DISPLAY) : undefined;
  if (typeof shown !== 'function') {
    return undefined;
  }
  const data = shown.call(value);
  return data['text/html'] ?? data['image/svg+xml'];
}

const nothing = value => value === null || value === undefined || value === false;

/* What is put into markup: markup as it is, lists joined, all else escaped. */
function inserted(value, escape) {
  if (nothing(value)) {
    return '';
  }
  if (Array.isArray(value)) {
    return Array.prototype.map.call(value, one => inserted(one, escape)).join('');
  }
  return markupText(value) ?? markupOf(value) ?? escape(String(value));
}

const tag =
  (type, escape) =>
  (first, ...values) => {
    if (!Array.isArray(first)) {
      return new Markup(String(first), type);
    }
    // A cell may have broken the methods of its arrays: those of this realm are asked.
    const parts = Array.prototype.map.call(
      first,
      (text, at) => text + (at < values.length ? inserted(values[at], escape) : '')
    );
    return new Markup(parts.join(''), type);
  };

export function install() {
  userClass(Markup, 'Markup');
  userClass(Display, 'Display');
  delete Markup.prototype.constructor;
  expose('html', tag('text/html', escapeHtml));
  expose('svg', tag('image/svg+xml', escapeHtml));
  expose(
    'md',
    tag('text/markdown', text => text)
  );
  Object.defineProperty(expose('display', display), 'clear', {
    value: userFunction(clear),
    writable: true,
    configurable: true
  });
}
