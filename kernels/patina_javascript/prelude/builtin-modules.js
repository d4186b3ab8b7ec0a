/* The modules of Node that are here, under their names with and without `node:`. */
import { getRandomValues, randomUUID } from './crypto.js';
import { fs, fsPromises } from './fs.js';
import { formatLog, inspect } from './format.js';
import { fileUrlPath, path, pathFileUrl } from './paths.js';
import { U, userFunction, userObject } from './realm.js';

/* A function with a callback, as one with a promise. */
const promisify = act =>
  userFunction(
    (...values) =>
      new Promise((resolve, reject) => {
        act(...values, (error, value) => (error ? reject(error) : resolve(value)));
      })
  );

function inherits(Class, Parent) {
  Object.setPrototypeOf(Class.prototype, Parent.prototype);
  Object.setPrototypeOf(Class, Parent);
}

const util = () => ({
  inspect: Object.assign(
    userFunction((value, options) => inspect(value, { quote: true, ...options })),
    {
      custom: Symbol.for('nodejs.util.inspect.custom')
    }
  ),
  format: (...values) => formatLog(values),
  promisify: act => promisify(act),
  inherits: (Class, Parent) => inherits(Class, Parent),
  deprecate: act => act,
  isDeepStrictEqual: (one, other) =>
    inspect(one, { depth: null, showHidden: true }) ===
    inspect(other, { depth: null, showHidden: true }),
  TextEncoder: U.TextEncoder,
  TextDecoder: U.TextDecoder
});

const global =
  (...names) =>
  () =>
    Object.fromEntries(names.map(name => [name, U[name]]));

const sleep = (ms, value) => new Promise(resolve => U.setTimeout(() => resolve(value), ms));

const MAKERS = {
  fs: () => fs,
  'fs/promises': () => fsPromises,
  path: () => userObject({ ...path, posix: path }),
  url: () => ({
    URL: U.URL,
    URLSearchParams: U.URLSearchParams,
    fileURLToPath: fileUrlPath,
    pathToFileURL: pathFileUrl
  }),
  util,
  crypto: () => ({ randomUUID, getRandomValues, webcrypto: U.crypto }),
  console: () => U.console,
  perf_hooks: global('performance'),
  process: () => U.global.process,
  timers: global(
    'setTimeout',
    'setInterval',
    'setImmediate',
    'clearTimeout',
    'clearInterval',
    'clearImmediate'
  ),
  'timers/promises': () => ({ setTimeout: sleep })
};

const made = new Map();

/** The name of a module of Node that is here: 'node:fs'; null when it is none of them. */
export function builtinName(name) {
  const bare = name.replace(/^node:/, '');
  return Object.hasOwn(MAKERS, bare) ? `node:${bare}` : null;
}

export const builtinNames = Object.keys(MAKERS);

/** The exports of a module of Node, made when it is first used. */
export function builtin(name) {
  if (!made.has(name)) {
    const exports = MAKERS[name.replace(/^node:/, '')]();
    const isTheirs = Object.getPrototypeOf(exports) !== Object.prototype;
    made.set(name, isTheirs ? exports : openOnce(exports));
  }
  return made.get(name);
}

/* Members that cells have already stay as they are. */
function openOnce(exports) {
  const ours = {};
  for (const [key, value] of Object.entries(exports)) {
    ours[key] = typeof value === 'function' && isOurs(value) ? userFunction(value) : value;
  }
  return Object.setPrototypeOf(ours, U.Object.prototype);
}

const isOurs = value => Object.getPrototypeOf(value) === Function.prototype;
