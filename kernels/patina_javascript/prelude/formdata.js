/* FormData: https://xhr.spec.whatwg.org/#interface-formdata; as a body it is multipart/form-data. */
import { Blob, blobBytes, File } from './blob.js';
import { joined } from './bytes.js';
import { decode, encode } from './encoding.js';
import { listIterator, U } from './realm.js';
import { URLSearchParams } from './url.js';

/* What is appended: a text, or a file, for which a blob is made one. */
function entryOf(name, value, filename) {
  if (!(value instanceof Blob)) {
    return [String(name).toWellFormed(), String(value).toWellFormed()];
  }
  const isFile = value instanceof File && filename === undefined;
  const called = filename ?? (value instanceof File ? value.name : 'blob');
  return [String(name).toWellFormed(), isFile ? value : new File([value], called, value)];
}

export class FormData {
  #entries = [];

  constructor(form) {
    if (form !== undefined) {
      throw new U.TypeError('there are no forms here: make a FormData without an argument');
    }
  }

  append(name, value, filename) {
    this.#entries.push(entryOf(name, value, filename));
  }

  set(name, value, filename) {
    const entry = entryOf(name, value, filename);
    const at = this.#entries.findIndex(([one]) => one === entry[0]);
    this.#entries = this.#entries.filter(([one], index) => one !== entry[0] || index === at);
    this.#entries.splice(at < 0 ? this.#entries.length : at, at < 0 ? 0 : 1, entry);
  }

  delete(name) {
    this.#entries = this.#entries.filter(([one]) => one !== String(name));
  }

  get(name) {
    return this.#entries.find(([one]) => one === String(name))?.[1] ?? null;
  }

  getAll(name) {
    return this.#entries.filter(([one]) => one === String(name)).map(([, value]) => value);
  }

  has(name) {
    return this.#entries.some(([one]) => one === String(name));
  }

  forEach(act, self) {
    for (const [name, value] of this.#entries) {
      Reflect.apply(act, self, [value, name, this]);
    }
  }

  entries() {
    return listIterator(this.#entries.map(([name, value]) => [name, value]));
  }

  keys() {
    return listIterator(this.#entries.map(([name]) => name));
  }

  values() {
    return listIterator(this.#entries.map(([, value]) => value));
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return `FormData ${inspect(Object.fromEntries(this.#entries), options)}`;
  }

  static entriesOf(form) {
    return form.#entries;
  }
}

const { entriesOf } = FormData;
delete FormData.entriesOf;

const escaped = text => text.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
const withLineEnds = text => text.replace(/\r\n?|\n/g, '\r\n');

function part(name, value) {
  const heading = `Content-Disposition: form-data; name="${escaped(withLineEnds(name))}"`;
  if (!(value instanceof File)) {
    return [encode(`${heading}\r\n\r\n${withLineEnds(value)}`)];
  }
  const type = value.type || 'application/octet-stream';
  const file = `; filename="${escaped(value.name)}"\r\nContent-Type: ${type}`;
  return [encode(`${heading}${file}\r\n\r\n`), blobBytes(value)];
}

/** A form as it is sent: { bytes, type }. `unique`: what no part has in it. */
export function multipart(form, unique) {
  const boundary = `----patina-${unique}`;
  const parts = entriesOf(form).flatMap(([name, value]) => [
    encode(`--${boundary}\r\n`),
    ...part(name, value),
    encode('\r\n')
  ]);
  const bytes = joined([...parts, encode(`--${boundary}--\r\n`)]);
  return { bytes, type: `multipart/form-data; boundary=${boundary}` };
}

const unreadable = why => new U.TypeError(`the body is no form: ${why}`);

/** A form of the bytes of a body. Throws a TypeError. */
export function formOf(bytes, type) {
  const form = new FormData();
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    for (const [name, value] of new URLSearchParams(decode(bytes))) {
      form.append(name, value);
    }
    return form;
  }
  const boundary = /^multipart\/form-data\b.*;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
  if (boundary === null) {
    throw unreadable(`its type is ${JSON.stringify(type)}`);
  }
  for (const one of partsOf(bytes, boundary[1] ?? boundary[2])) {
    appendPart(form, one);
  }
  return form;
}

/* Bytes as a text in which each character is a byte, so that it can be looked through. */
const latin1 = bytes => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
};

function* partsOf(bytes, boundary) {
  const text = `\r\n${latin1(bytes)}`;
  const between = `\r\n--${boundary}`;
  let at = text.indexOf(between);
  while (at >= 0 && !text.startsWith('--', at + between.length)) {
    const start = text.indexOf('\r\n', at + between.length) + 2;
    const end = text.indexOf(between, start);
    const body = text.indexOf('\r\n\r\n', start) + 4;
    if (end < 0 || body < 4 || body > end) {
      throw unreadable('a part of it has no end');
    }
    // One line break was put before the text, to find the first boundary as the others.
    yield {
      head: decode(bytes.subarray(start - 2, body - 6)),
      body: bytes.slice(body - 2, end - 2)
    };
    at = end;
  }
}

const parameter = (head, name) => {
  const found = new RegExp(`[;\\s]${name}="([^"]*)"`, 'i').exec(head)?.[1];
  return found?.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
};

function appendPart(form, { head, body }) {
  const name = parameter(head, 'name');
  const filename = parameter(head, 'filename');
  if (name === undefined) {
    throw unreadable('a part of it has no name');
  }
  if (filename === undefined) {
    form.append(name, decode(body));
    return;
  }
  const type = /^content-type:\s*(.+)$/im.exec(head)?.[1].trim() ?? 'text/plain';
  form.append(name, new File([body], filename, { type }));
}
