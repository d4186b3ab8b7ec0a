/* node:fs, of the files below the notebook's directory. */
import { call, callBytes } from './host.js';
import { bytesOf, isBytes } from './bytes.js';
import { encode } from './encoding.js';
import { fileUrlPath } from './paths.js';
import { U, userClass, userObject } from './realm.js';

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

const TEXT = ['utf8', 'utf-8'];

/* The encoding that options ask for; undefined for bytes. */
function encodingOf(options) {
  const name = typeof options === 'string' ? options : options?.encoding;
  if (name === undefined || name === null || name === 'buffer') {
    return undefined;
  }
  if (!TEXT.includes(String(name).toLowerCase())) {
    throw new U.TypeError(
      `files are read as bytes or as utf8; use new TextDecoder(${JSON.stringify(name)}) for others`
    );
  }
  return 'utf8';
}

function readFileSync(path, options) {
  const encoding = encodingOf(options);
  const { value, bytes } = callBytes('fs.read', {
    path: pathOf(path),
    text: encoding !== undefined
  });
  return encoding === undefined ? new U.Uint8Array(bytes) : value;
}

const dataOf = data => (isBytes(data) ? bytesOf(data) : encode(String(data)));

const write = (mode, path, data) => {
  call('fs.write', { path: pathOf(path), mode }, dataOf(data));
};

function writeFileSync(path, data, options) {
  const flag = options?.flag ?? 'w';
  const modes = { w: 'write', 'w+': 'write', a: 'append', wx: 'create' };
  if (modes[flag] === undefined) {
    throw new U.TypeError(
      `files are written with the flag w, a or wx; got ${JSON.stringify(flag)}`
    );
  }
  write(modes[flag], path, data);
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
  appendFileSync: (path, data) => write('append', path, data),
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

/* The same, with a promise of what they answer. */
const promised = Object.fromEntries(
  Object.entries(sync)
    .filter(([name]) => name !== 'existsSync')
    .map(([name, act]) => [name.replace(/Sync$/, ''), asPromise(act)])
);

export let fs;
export let fsPromises;

export function install() {
  userClass(Stats, 'Stats');
  userClass(Dirent, 'Dirent');
  fsPromises = userObject(promised);
  fs = userObject({ ...sync });
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
