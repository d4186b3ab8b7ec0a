/* Modules: their sources as ES modules, CommonJS among them. */
import { call, compiles, evalScript } from './host.js';
import { builtin } from './builtin-modules.js';
import { dataOf, isData } from './data-urls.js';
import { path } from './paths.js';
import { asUserError, exposed, U, userFunction } from './realm.js';
import { resolve } from './resolution.js';
import { rememberWays } from './sources.js';
import { stripModule } from './typescript.js';

const BRIDGE = '__patina_commonjs__';
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const parseJson = U.JSON.parse;

/* CommonJS modules that have begun, by path: { exports, filename, loaded ... }. */
const loaded = new Map();

const wrapped = source =>
  `(function (exports, require, module, __filename, __dirname) {${source}\n})`;

const sourceOf = name => call('module.source', { name });

const isTypeScript = name => /\.[mc]?ts$/.test(name);
function javascript(name, source) {
  if (!isTypeScript(name)) {
    return source;
  }
  const { code, back } = stripModule(source);
  rememberWays(name, [back]);
  return code;
}

/** Whether a file is CommonJS: by its ending, its package.json, or because only that compiles. */
function isCommonJs(name, { source, type }) {
  if (/\.c[jt]s$/.test(name)) {
    return true;
  }
  if (/\.m[jt]s$/.test(name) || type === 'module' || !name.startsWith('/')) {
    return false;
  }
  return type === 'commonjs' || !looksLikeModule(name, source);
}

const KEYWORD = /(?:^|[;}\s])(?:import\s*[\w*{'"$]|export\s*[\w*{])|\bimport\.meta\b/;

function looksLikeModule(name, source) {
  if (!KEYWORD.test(source)) {
    return false;
  }
  try {
    compiles(wrapped(javascript(name, source)), name);
    return false;
  } catch {
    return true;
  }
}

function newModule(name) {
  const module = new U.Object();
  const members = {
    id: name,
    filename: name,
    path: path.dirname(name),
    exports: new U.Object(),
    loaded: false
  };
  for (const [key, value] of Object.entries(members)) {
    Object.defineProperty(module, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true
    });
  }
  return module;
}

function evaluate(module, name, found) {
  if (name.endsWith('.json')) {
    module.exports = json(name, found.source);
    return;
  }
  const code = javascript(name, found.source.replace(/^#!.*/, ''));
  const act = evalScript(wrapped(code), name);
  Reflect.apply(act, module.exports, [
    module.exports,
    requireFrom(name),
    module,
    name,
    path.dirname(name)
  ]);
}

function json(name, source) {
  try {
    return parseJson(source);
  } catch (error) {
    throw new U.SyntaxError(`${name}: ${error.message}`);
  }
}

/* A module whose first run throws is tried anew next time. */
function commonJs(name) {
  if (name.startsWith('node:')) {
    return builtin(name);
  }
  const known = loaded.get(name);
  if (known !== undefined) {
    return known.exports;
  }
  const found = sourceOf(name);
  if (!name.endsWith('.json') && !isCommonJs(name, found)) {
    throw new U.Error(
      `${name} is an ES module: use \`await import(...)\`, require has no way to wait for it`
    );
  }
  const module = newModule(name);
  loaded.set(name, module);
  try {
    evaluate(module, name, found);
  } catch (error) {
    loaded.delete(name);
    throw error;
  }
  module.loaded = true;
  return module.exports;
}

/** The `require` of a module or a cell. */
function requireFrom(base) {
  const find = name => resolve(base, name, 'require');
  const require = userFunction(name => commonJs(find(name)));
  Object.defineProperty(require, 'resolve', {
    value: userFunction(name => find(name)),
    configurable: true
  });
  return require;
}

const isObject = value =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/* An ES module that hands out what a CommonJS module has: as `default`, and by name. */
function facade(name) {
  const exports = commonJs(name);
  const names =
    isObject(exports) && !Array.isArray(exports)
      ? Object.keys(exports).filter(key => key !== 'default' && IDENTIFIER.test(key))
      : [];
  const isEsm = isObject(exports) && exports.__esModule === true && 'default' in exports;
  return [
    `const m = ${BRIDGE}(${JSON.stringify(name)});`,
    `export default ${isEsm ? 'm.default' : 'm'};`,
    ...names.map((key, at) => `const $${at} = m.${key}; export { $${at} as ${key} };`)
  ].join(' ');
}

/* What a data: URL says of its type decides. */
function asModule(name, { type, text }) {
  if (type === 'application/json') {
    return `export default ${JSON.stringify(json(name, text))};`;
  }
  if (/^(?:text|application)\/javascript$/.test(type)) {
    return text;
  }
  throw new U.TypeError(
    `a module is text/javascript or application/json; this data: URL is ${type}`
  );
}

function load(name) {
  if (name.startsWith('node:')) {
    return facade(name);
  }
  if (isData(name)) {
    return asModule(name, dataOf(name));
  }
  const found = sourceOf(name);
  if (name.endsWith('.json') || found.type === 'json') {
    return `export default ${JSON.stringify(json(name, found.source))};`;
  }
  return isCommonJs(name, found) ? facade(name) : javascript(name, found.source);
}

/* Errors of imports are the cells'. */
const userThrowing =
  act =>
  (...values) => {
    try {
      return act(...values);
    } catch (error) {
      throw asUserError(error);
    }
  };

export const hooks = {
  /** The canonical name of a module. Throws when there is none. */
  resolveModule: userThrowing((base, name) => resolve(base, name)),
  /** The source of an ES module. */
  loadModule: userThrowing(name => load(name))
};

/** `require` of cells, and what facades go through. */
export function install() {
  const values = { require: requireFrom('cell'), [BRIDGE]: userFunction(name => commonJs(name)) };
  for (const [name, value] of Object.entries(values)) {
    exposed.add(name);
    Object.defineProperty(U.global, name, {
      value,
      writable: name !== BRIDGE,
      configurable: name !== BRIDGE,
      enumerable: false
    });
  }
}
