/* What an object is, found without running anybody's code: no getter, no proxy trap, no method. */
import { className, isProxy } from '../host.js';

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;

/** The property an object has or inherits, as { value, get, set }; undefined where there is none. */
export function property(object, key) {
  for (let at = object; at !== null && !isProxy(at); at = getPrototypeOf(at)) {
    const found = getOwnPropertyDescriptor(at, key);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** The value of a data property an object has or inherits. */
export const plain = (object, key) => property(object, key)?.value;

/** The value of a data property of the object's own. */
export const own = (object, key) => getOwnPropertyDescriptor(object, key)?.value;

/** A text property; undefined when it is none. */
export function text(object, key) {
  const value = plain(object, key);
  return typeof value === 'string' ? value : undefined;
}

/** The name of the nearest class above an object; null when it has no prototype. */
export function constructorName(object) {
  if (getPrototypeOf(object) === null) {
    return null;
  }
  for (let at = getPrototypeOf(object); at !== null && !isProxy(at); at = getPrototypeOf(at)) {
    const found = own(at, 'constructor');
    const name = typeof found === 'function' && !isProxy(found) ? own(found, 'name') : undefined;
    if (typeof name === 'string' && name !== '') {
      return name;
    }
  }
  return null;
}

/** The tag of Object.prototype.toString, where it is a plain text; '' otherwise. */
export const tagOf = object => text(object, Symbol.toStringTag) ?? '';

/** The engine's own class: 'Map', 'Promise', 'Uint8Array', 'Error', 'Object' ... */
export function brand(value) {
  if (typeof value === 'function') {
    return 'Function';
  }
  const name = className(value);
  return name === 'DOMException' ? 'Error' : name;
}

const TYPED = /^(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array$|^Uint8ClampedArray$/;
export const isTypedArray = value => ArrayBuffer.isView(value) && TYPED.test(brand(value));

const INDEX = /^(?:0|[1-9]\d*)$/;

/** The keys to show: enumerable strings (without indices where asked) and enumerable symbols. */
export function shownKeys(object, { indices = true, hidden = false } = {}) {
  return Reflect.ownKeys(object).filter(key => {
    if (!indices && typeof key === 'string' && INDEX.test(key)) {
      return false;
    }
    return hidden || isShown(object, key);
  });
}

function isShown(object, key) {
  try {
    return getOwnPropertyDescriptor(object, key)?.enumerable === true;
  } catch {
    return true; // an export of a module that has not been initialized
  }
}
