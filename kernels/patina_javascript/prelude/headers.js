/* Headers: https://fetch.spec.whatwg.org/#headers-class */
import { listIterator, U } from './realm.js';
import { isProxy } from './host.js';

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const isObject = value => typeof value === 'object' && value !== null;

function named(name) {
  const text = String(name);
  if (!NAME.test(text)) {
    throw new U.TypeError(`${JSON.stringify(text)} is no name of a header`);
  }
  return text.toLowerCase();
}

function valued(value) {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (/[\0\r\n]/.test(text)) {
    throw new U.TypeError('the value of a header has no line breaks and no NUL');
  }
  return text;
}

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

export class Headers {
  #pairs = [];

  constructor(init) {
    if (init === undefined || init === null) {
      return;
    }
    if (!isObject(init) || isProxy(init)) {
      throw new U.TypeError('Headers are made of pairs or of an object');
    }
    const pairs = typeof init[Symbol.iterator] === 'function' ? [...init] : Object.entries(init);
    for (const pair of pairs) {
      const [name, value, ...rest] = [...pair];
      if (rest.length > 0 || value === undefined) {
        throw new U.TypeError('each header is a pair of name and value');
      }
      this.append(name, value);
    }
  }

  append(name, value) {
    this.#pairs.push([named(name), valued(value)]);
  }

  delete(name) {
    const key = named(name);
    this.#pairs = this.#pairs.filter(([one]) => one !== key);
  }

  get(name) {
    const key = named(name);
    const found = this.#pairs.filter(([one]) => one === key).map(([, value]) => value);
    return found.length === 0 ? null : found.join(', ');
  }

  getSetCookie() {
    return this.#pairs.filter(([name]) => name === 'set-cookie').map(([, value]) => value);
  }

  has(name) {
    return this.get(name) !== null;
  }

  set(name, value) {
    const text = valued(value);
    this.delete(name);
    this.#pairs.push([named(name), text]);
  }

  forEach(act, self) {
    for (const [name, value] of this.#sorted()) {
      Reflect.apply(act, self, [value, name, this]);
    }
  }

  #sorted() {
    const names = [...new Set(this.#pairs.map(([name]) => name))].sort();
    return names.flatMap(name =>
      name === 'set-cookie'
        ? this.getSetCookie().map(value => [name, value])
        : [[name, this.get(name)]]
    );
  }

  entries() {
    return listIterator(this.#sorted());
  }

  keys() {
    return listIterator(this.#sorted().map(([name]) => name));
  }

  values() {
    return listIterator(this.#sorted().map(([, value]) => value));
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  [CUSTOM](depth, options, inspect) {
    return `Headers ${inspect(Object.fromEntries(this.#sorted()), options)}`;
  }

  /** The pairs, in the order in which they were put in. */
  static pairs(headers) {
    return headers.#pairs;
  }
}

export const pairsOf = Headers.pairs;
delete Headers.pairs;
