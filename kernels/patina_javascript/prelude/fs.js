/* node:fs, of the files below the notebook's directory. */
import { call, callBytes } from './host.js';
import { bytesOf, isBytes } from './bytes.js';
import { encode } from './encoding.js';
import { bufferOf, library } from './node-libraries.js';
import { fileUrlPath } from './paths.js';
import { asUserError, hand, U, userClass, userObject } from './realm.js';

const isObject = value => typeof value === 'object' && value !== null;

function pathOf(given) {
  if (typeof given === 'string') {
    return given;
  }
  if (isObject(given) && typeof given.href === 'string') {
    return fileUrlPath(given.href);
  }
  if (isBytes(given)) {
    return call('text.decode', {}, bytesOf(given));
  }
  throw new U.TypeError(`a path is a string or a file: URL; got ${typeof given}`);
}

/* The encoding that options ask for; undefined for bytes. */
function encodingOf(options) {
  const name = typeof options === 'string' ? options : options?.encoding;
  return name === undefined || name === null || name === 'buffer' ? undefined : String(name);
}

const isUtf8 = encoding => /^utf-?8$/i.test(encoding ?? '');

function readFileSync(path, options) {
  const encoding = encodingOf(options);
  const isText = isUtf8(encoding);
  const { value, bytes } = callBytes('fs.read', { path: pathOf(path), text: isText });
  if (isText) {
    return value;
  }
  const buffer = bufferOf(bytes);
  return encoding === undefined ? buffer : buffer.toString(encoding);
}

function dataOf(data, options) {
  if (isBytes(data)) {
    return bytesOf(data);
  }
  const encoding = encodingOf(options);
  const isText = encoding === undefined || isUtf8(encoding);
  return isText ? encode(String(data)) : bytesOf(bufferOf(String(data), encoding));
}

const write = (mode, path, data, options) => {
  call('fs.write', { path: pathOf(path), mode }, dataOf(data, options));
};

function writeFileSync(path, data, options) {
  const flag = options?.flag ?? 'w';
  const modes = { w: 'write', 'w+': 'write', a: 'append', wx: 'create' };
  if (modes[flag] === undefined) {
    throw new U.TypeError(
      `files are written with the flag w, a or wx; got ${JSON.stringify(flag)}`
    );
  }
  write(modes[flag], path, data, options);
}

class Stats {
  constructor(given) {
    for (const key of ['size', 'mode', 'mtimeMs', 'ctimeMs', 'atimeMs', 'birthtimeMs']) {
      this[key] = given[key];
    }
    for (const key of ['mtime', 'ctime', 'atime', 'birthtime']) {
      this[key] = new U.Date(given[`${key}Ms`]);
    }
    Object.defineProperty(this, 'kind', { value: given.kind });
  }

  isFile() {
    return this.kind === 'file';
  }
  isDirectory() {
    return this.kind === 'directory';
  }
  isSymbolicLink() {
    return this.kind === 'link';
  }
}

class Dirent {
  constructor({ name, kind, parentPath }) {
    Object.assign(this, { name, parentPath });
    Object.defineProperty(this, 'kind', { value: kind });
  }

  isFile() {
    return this.kind === 'file';
  }
  isDirectory() {
    return this.kind === 'directory';
  }
  isSymbolicLink() {
    return this.kind === 'link';
  }
}

function statSync(path, options) {
  try {
    return new Stats(call('fs.stat', { path: pathOf(path), follow: true }));
  } catch (error) {
    if (options?.throwIfNoEntry === false && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

const lstatSync = path => new Stats(call('fs.stat', { path: pathOf(path), follow: false }));

const existsSync = path => {
  try {
    return call('fs.exists', { path: pathOf(path) });
  } catch {
    return false;
  }
};

function accessSync(path) {
  call('fs.stat', { path: pathOf(path), follow: true });
}

function readdirSync(path, options) {
  const { withFileTypes = false, recursive = false } = isObject(options) ? options : {};
  const found = call('fs.list', { path: pathOf(path), recursive: Boolean(recursive) });
  return found.map(one => (withFileTypes ? new Dirent(one) : one.path));
}

function mkdirSync(path, options) {
  call('fs.mkdir', { path: pathOf(path), recursive: Boolean(options?.recursive) });
}

function rmSync(path, options) {
  const { recursive = false, force = false } = options ?? {};
  call('fs.remove', {
    path: pathOf(path),
    recursive: Boolean(recursive),
    force: Boolean(force),
    kind: 'any'
  });
}

const unlinkSync = path => {
  call('fs.remove', { path: pathOf(path), recursive: false, force: false, kind: 'file' });
};

const rmdirSync = path => {
  call('fs.remove', { path: pathOf(path), recursive: false, force: false, kind: 'directory' });
};

const renameSync = (from, to) => {
  call('fs.rename', { path: pathOf(from), to: pathOf(to) });
};

const copyFileSync = (from, to) => {
  call('fs.copy', { path: pathOf(from), to: pathOf(to) });
};

const realpathSync = path => call('fs.real', { path: pathOf(path) });

const sync = {
  accessSync,
  appendFileSync: (path, data, options) => write('append', path, data, options),
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync
};

const asPromise =
  act =>
  async (...values) =>
    act(...values);

/* With a callback as its last argument, which is called once the cell has let go. */
const withCallback =
  act =>
  (...values) => {
    const done = values.pop();
    if (typeof done !== 'function') {
      throw new U.TypeError('the last argument is a function that is told the outcome');
    }
    let outcome;
    try {
      outcome = [null, hand(act(...values))];
    } catch (error) {
      outcome = [asUserError(error)];
    }
    U.setTimeout(() => done(...outcome), 0);
  };

const named = (wrap, acts) =>
  Object.fromEntries(acts.map(([name, act]) => [name.replace(/Sync$/, ''), wrap(act)]));

const others = Object.entries(sync).filter(([name]) => name !== 'existsSync');
const promised = named(asPromise, others);
const callbacks = named(withCallback, others);

/* A file is read when the stream is made; an error is one of the stream. */
function createReadStream(path, options) {
  const { Readable } = library('stream');
  const { highWaterMark = 65536, encoding } = isObject(options) ? options : { encoding: options };
  const parts = new U.Array();
  let failed = null;
  try {
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at += highWaterMark) {
      Reflect.apply(push, parts, [bytes.subarray(at, at + highWaterMark)]);
    }
  } catch (error) {
    failed = asUserError(error);
  }
  const stream = Readable.from(parts, { objectMode: false });
  if (failed !== null) {
    stream.destroy(failed);
  }
  return encoding ? stream.setEncoding(encoding) : stream;
}

const { push } = U.Array.prototype;

/* What `open` of fs/promises gives: for reading only. */
class FileHandle {
  #path;
  constructor(path) {
    this.#path = path;
  }

  async readFile(options) {
    return readFileSync(this.#path, options);
  }

  async stat() {
    return statSync(this.#path);
  }

  createReadStream(options) {
    return createReadStream(this.#path, options);
  }

  async close() {}

  async [Symbol.asyncDispose]() {}
}

async function open(path, flags = 'r') {
  if (flags !== 'r') {
    throw new U.TypeError('files are opened for reading; write with writeFile');
  }
  accessSync(path);
  return new FileHandle(pathOf(path));
}

export let fs;
export let fsPromises;

export function install() {
  userClass(Stats, 'Stats');
  userClass(Dirent, 'Dirent');
  userClass(FileHandle, 'FileHandle');
  fsPromises = userObject({ ...promised, open });
  fs = userObject({ ...sync, ...callbacks, createReadStream });
  Object.defineProperty(fs, 'promises', {
    value: fsPromises,
    enumerable: true,
    configurable: true,
    writable: true
  });
  Object.defineProperty(U.global, 'fs', {
    value: fs,
    writable: true,
    configurable: true,
    enumerable: false
  });
}
