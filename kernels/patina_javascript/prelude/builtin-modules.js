/* The modules of Node that are here, under their names with and without `node:`. */
import { getRandomValues, randomUUID } from './crypto.js';
import { fs, fsPromises } from './fs.js';
import { formatLog, inspect } from './format.js';
import { call } from './host.js';
import { library } from './node-libraries.js';
import { fileUrlPath, path, pathFileUrl } from './paths.js';
import { U, userFunction, userObject } from './realm.js';

const OWN_UTIL = {
  format: (...values) => formatLog(values),
  isDeepStrictEqual: (one, other) => library('comparisons').isDeepStrictEqual(one, other),
  // eslint-disable-next-line no-control-regex -- they are what is taken out
  stripVTControlCharacters: text => String(text).replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '')
};

/* npm's, but for what shows values: theirs would run getters. */
const util = () => ({
  ...library('util'),
  ...OWN_UTIL,
  inspect: Object.assign(
    userFunction((value, options) => inspect(value, { quote: true, ...options })),
    { custom: Symbol.for('nodejs.util.inspect.custom') }
  ),
  TextEncoder: U.TextEncoder,
  TextDecoder: U.TextDecoder
});

const buffer = () => ({
  ...library('buffer'),
  Blob: U.Blob,
  File: U.File,
  atob: U.global.atob,
  btoa: U.global.btoa
});

const os = () => ({
  EOL: '\n',
  arch: () => 'wasm32',
  endianness: () => 'LE',
  homedir: () => call('process.cwd'),
  platform: () => U.global.process.platform,
  tmpdir: () => call('process.cwd'),
  type: () => 'WASI'
});

const global =
  (...names) =>
  () =>
    Object.fromEntries(names.map(name => [name, U[name]]));

const STREAMS = [
  'ReadableStream',
  'WritableStream',
  'TransformStream',
  'TextEncoderStream',
  'TextDecoderStream'
];

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
  'util/types': () => library('util').types,
  assert: () => library('assert'),
  'assert/strict': () => library('assert').strict,
  buffer,
  events: () => library('events'),
  os,
  'path/posix': () => builtin('path'),
  querystring: () => library('querystring'),
  stream: () => library('stream'),
  'stream/promises': () => library('stream').promises,
  'stream/web': global(...STREAMS),
  string_decoder: () => library('string_decoder'),
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
    const isTheirs =
      typeof exports === 'function' || Object.getPrototypeOf(exports) !== Object.prototype;
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
