/* The border between the realm of the prelude and that of the cells.
 *
 * What the prelude makes has prototypes of the prelude's realm. Before a cell can touch it, its
 * prototype becomes that of the cells' realm, so that `instanceof`, `constructor` and methods are
 * what a cell expects. The cells' intrinsics are taken here, once, before any cell has run. */
import { isProxy, userGlobal } from './host.js';

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
const isObject = value =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** The intrinsics of the cells' realm, by name; `U.global` is its global object. */
export const U = Object.assign(Object.create(null), intrinsicsOf(userGlobal), {
  global: userGlobal
});

function intrinsicsOf(global) {
  const found = Object.create(null);
  for (const name of Object.getOwnPropertyNames(global)) {
    found[name] = getOwnPropertyDescriptor(global, name).value;
  }
  return found;
}

/* The hidden intrinsics: those of syntax, and the parents of iterators and typed arrays. */
const HIDDEN = `[
  getPrototypeOf(async function () {}), getPrototypeOf(function* () {}),
  getPrototypeOf(async function* () {}), getPrototypeOf(function* () {}.prototype),
  getPrototypeOf(async function* () {}.prototype), getPrototypeOf([][Symbol.iterator]()),
  getPrototypeOf(Uint8Array)
]`;
const hiddenOf = global => global.eval(`(getPrototypeOf => ${HIDDEN})(Object.getPrototypeOf)`);

/* From an intrinsic of this realm to the same one of the cells'. */
const counterparts = new Map();

function pair(ours, theirs) {
  if (isObject(ours) && isObject(theirs)) {
    counterparts.set(ours, theirs);
  }
}

for (const [name, ours] of Object.entries(intrinsicsOf(globalThis))) {
  if (typeof ours === 'function' && typeof U[name] === 'function') {
    pair(ours, U[name]);
    pair(ours.prototype, U[name].prototype);
  }
}
hiddenOf(userGlobal).forEach((theirs, index) => pair(hiddenOf(globalThis)[index], theirs));

const Ours = { Object: Object.prototype, Array: Array.prototype, Promise: Promise.prototype };
const isOurError = value => isObject(value) && !isProxy(value) && Error.isError(value);

/** Give one object to the cells' realm; what is theirs stays as it is. */
function adopt(value) {
  const theirs = counterparts.get(getPrototypeOf(value));
  if (theirs !== undefined) {
    setPrototypeOf(value, theirs);
  }
  return value;
}

/** Give a value to the cells' realm, with all that is in it of ours. */
export function hand(value) {
  if (!isObject(value) || isProxy(value)) {
    return value;
  }
  const parent = getPrototypeOf(value);
  if (parent === Ours.Promise) {
    return handPromise(value);
  }
  adopt(value);
  if (ArrayBuffer.isView(value)) {
    adopt(value.buffer);
  }
  if (parent === Ours.Object || parent === Ours.Array) {
    Object.values(Object.getOwnPropertyDescriptors(value)).forEach(one => hand(one.value));
  }
  return value;
}

/* The promises that were handed over, by ours: the same one each time. */
const handed = new WeakMap();

function handPromise(promise) {
  if (!handed.has(promise)) {
    handed.set(promise, adopt(promise.then(hand, throwToUser)));
  }
  return handed.get(promise);
}

/* A promise that is a property, as `closed` of a stream's reader: nobody need handle it. */
function handProperty(value) {
  const theirs = hand(value);
  if (theirs !== value && isObject(value) && getPrototypeOf(value) === Ours.Promise) {
    Promise.prototype.then.call(theirs, undefined, () => undefined);
  }
  return theirs;
}

/** The same error, as one of the cells' realm; its causes with it. */
export function asUserError(error) {
  if (isOurError(error) && counterparts.has(getPrototypeOf(error))) {
    adopt(error);
    for (const key of ['cause', 'errors']) {
      const inner = getOwnPropertyDescriptor(error, key)?.value;
      (Array.isArray(inner) ? [...inner] : [inner]).forEach(asUserError);
      hand(inner);
    }
  }
  return error;
}

function throwToUser(error) {
  throw asUserError(error);
}

/* What cells call of ours: the source of it tells nobody anything. */
const wrappers = new WeakSet();
export const isOpened = value => wrappers.has(value);

const labelled = (made, like) => {
  wrappers.add(made);
  for (const key of ['name', 'length']) {
    defineProperty(made, key, { ...getOwnPropertyDescriptor(like, key), configurable: true });
  }
  return setPrototypeOf(made, U.Function.prototype);
};

/** A function that cells may call: its results and errors are of their realm, its promises too. */
export function userFunction(act, give = hand) {
  const made = {
    call(...values) {
      try {
        return give(Reflect.apply(act, this, values));
      } catch (error) {
        return throwToUser(error);
      }
    }
  }.call;
  return labelled(made, act);
}

/** Make the functions of an object such that cells may call them. */
function openMembers(from, to, skipped) {
  for (const key of Reflect.ownKeys(from)) {
    const member = getOwnPropertyDescriptor(from, key);
    if (skipped.includes(key)) {
      continue;
    }
    for (const part of ['value', 'get', 'set']) {
      if (typeof member[part] === 'function' && key !== 'constructor') {
        member[part] = userFunction(member[part], part === 'get' ? handProperty : hand);
      }
    }
    defineProperty(to, key, member);
  }
}

/* The classes that cells see, by ours: a class may extend one that has been opened. */
const opened = new Map();

/** The classes that make an instance when they are called without `new`, as those of Intl. */
export const callable = new WeakSet();

/** A class that cells may construct, extend and call. Instances are those of ours. The name is
 * given, for a bundle may have changed it. */
export function userClass(Class, name = Class.name) {
  const made = function (...values) {
    if (new.target === undefined && callable.has(Class)) {
      return Reflect.construct(made, values);
    }
    if (new.target === undefined) {
      throw new U.TypeError(`Class constructor ${name} cannot be invoked without 'new'`);
    }
    try {
      return Reflect.construct(Class, values, new.target === made ? Class : new.target);
    } catch (error) {
      return throwToUser(error);
    }
  };
  labelled(made, Class);
  defineProperty(made, 'name', { value: name, configurable: true });
  const parent = getPrototypeOf(Class);
  setPrototypeOf(made, opened.get(parent) ?? counterparts.get(parent) ?? U.Function.prototype);
  openMembers(Class, made, ['prototype', 'name', 'length']);
  openMembers(Class.prototype, Class.prototype, ['constructor']);
  defineProperty(made, 'prototype', { value: Class.prototype, writable: false });
  defineProperty(Class.prototype, 'constructor', {
    value: made,
    writable: true,
    configurable: true,
    enumerable: false
  });
  if (!Object.hasOwn(Class.prototype, Symbol.toStringTag)) {
    defineProperty(Class.prototype, Symbol.toStringTag, {
      value: name,
      writable: false,
      configurable: true,
      enumerable: false
    });
  }
  adopt(Class.prototype);
  opened.set(Class, made);
  return made;
}

const { values: iteratorOf } = U.Array.prototype;

/** The iterator that an array of the cells has. Texts, numbers and pairs of them are in it. */
export function listIterator(items) {
  const list = new U.Array();
  items.forEach((value, at) =>
    defineProperty(list, at, {
      value: hand(value),
      writable: true,
      configurable: true,
      enumerable: true
    })
  );
  return Reflect.apply(iteratorOf, list, []);
}

/** An object whose functions cells may call. */
export function userObject(object) {
  openMembers(object, object, []);
  return adopt(object);
}

const isClass = value => /^class\b/.test(Function.prototype.toString.call(value));

function opening(name, value) {
  if (typeof value === 'function') {
    const theirs = isClass(value) ? userClass(value, name) : userFunction(value);
    return defineProperty(theirs, 'name', { value: name, configurable: true });
  }
  return isObject(value) ? userObject(value) : value;
}

/** The names that the prelude has put into the cells' realm. */
export const exposed = new Set();

/** Put something into the cells' realm as a global that `for ... in` does not list. */
export function expose(name, value) {
  exposed.add(name);
  const theirs = opening(name, value);
  defineProperty(userGlobal, name, {
    value: theirs,
    writable: true,
    configurable: true,
    enumerable: false
  });
  U[name] = theirs;
  return theirs;
}
