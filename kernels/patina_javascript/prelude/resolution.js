/* What a specifier means: the algorithm of Node, with `exports` and `imports` of packages.
 * https://nodejs.org/api/esm.html#resolution-algorithm-specification */
import { exports as packageExports, imports as packageImports, legacy } from 'resolve.exports';
import { call } from './host.js';
import { builtinName, builtinNames } from './builtin-modules.js';
import { isData } from './data-urls.js';
import { fileUrlPath } from './paths.js';
import { U } from './realm.js';
import { URL } from './url.js';

const isHttp = text => /^https?:\/\//.test(text);
const isRelative = text => /^\.{0,2}\//.test(text) || text === '.' || text === '..';

function fail(name, base, why) {
  const error = new U.Error(`Cannot find ${name} (imported by ${base}): ${why}`);
  error.code = 'ERR_MODULE_NOT_FOUND';
  throw error;
}

/* The conditions of `exports` that hold: there is no Node and no DOM here, so what is for browsers
 * comes closest. */
const conditions = how => ({ unsafe: true, conditions: [how, 'module', 'browser', 'production'] });

function inPackage({ root, manifest }, name, part, base, how) {
  const rest = part === '' ? '.' : `.${part}`;
  let targets;
  try {
    targets = packageExports(manifest, rest, conditions(how));
  } catch (error) {
    return fail(`'${name}${part}'`, base, `its package.json does not export it (${error.message})`);
  }
  if (targets === undefined && part === '') {
    const field = legacy(manifest, {
      browser: false,
      fields: how === 'import' ? ['module', 'main'] : ['main']
    });
    targets = [field ?? './index.js'];
  }
  return located(`${root}/${(targets ?? [rest])[0]}`, base, targets === undefined);
}

function located(path, base) {
  const found = call('module.file', { path });
  return found ?? fail(`'${path}'`, base, 'there is no such file');
}

const PACKAGE = /^(@[^/]+\/[^/]+|[^@/][^/]*)(\/.*)?$/;

function bare(name, base, how) {
  const match = PACKAGE.exec(name);
  if (match === null) {
    return fail(`'${name}'`, base, 'that is no name of a package');
  }
  const [, packageName, part = ''] = match;
  const found = call('module.package', { base, name: packageName });
  if (found === undefined || found === null) {
    const isNode = name.startsWith('node:') || NODE_ONLY.includes(packageName);
    return fail(`'${name}'`, base, isNode ? NOT_HERE : NOT_INSTALLED(packageName));
  }
  return inPackage(found, packageName, part, base, how);
}

const NODE_ONLY = [
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'http',
  'http2',
  'https',
  'module',
  'net',
  'readline',
  'tls',
  'tty',
  'v8',
  'vm',
  'worker_threads',
  'zlib'
];
const NOT_HERE = `this kernel is not Node; of its modules there are ${builtinNames.join(', ')}`;
const NOT_INSTALLED = name =>
  `no node_modules folder here or above has it; \`npm install ${name}\` in the notebook's directory, ` +
  `or import it by URL, as from 'https://esm.sh/${name}'`;

function internal(name, base, how) {
  const found = call('module.scope', { base });
  if (found === undefined || found === null) {
    return fail(`'${name}'`, base, 'there is no package.json above it');
  }
  const [target] = packageImports(found.manifest, name, conditions(how)) ?? [];
  return target === undefined
    ? fail(`'${name}'`, base, 'its package.json has no such import')
    : isRelative(target)
      ? located(`${found.root}/${target}`, base)
      : resolve(base, target, how);
}

/* A URL that redirects is known by where it leads, so that what it imports is found. */
const remote = url => call('module.locate', { url });

function resolveNow(base, name, how) {
  if (isHttp(name)) {
    return remote(name);
  }
  if (isData(name)) {
    return name;
  }
  if (isData(base) && isRelative(name)) {
    return fail(`'${name}'`, 'a data: URL', 'that has no folder');
  }
  if (isHttp(base)) {
    return isRelative(name) ? remote(new URL(name, base).href) : bareOrBuiltin(base, name, how);
  }
  if (name.startsWith('file:')) {
    return located(fileUrlPath(name), base);
  }
  if (isRelative(name)) {
    return located(call('module.join', { base, name }), base);
  }
  return name.startsWith('#') ? internal(name, base, how) : bareOrBuiltin(base, name, how);
}

const bareOrBuiltin = (base, name, how) => builtinName(name) ?? bare(name, base, how);

/** The canonical name of a module: a path, a URL or `node:name`. `how`: 'import' or 'require'. */
export function resolve(base, name, how = 'import') {
  return resolveNow(String(base), String(name), how);
}
