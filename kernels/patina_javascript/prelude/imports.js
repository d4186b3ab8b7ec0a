/* Cells are scripts, which have no static import and export: they become `await import()`.
 *
 * The names that are imported are constants of the notebook, and not live bindings. */
import { parse } from 'acorn';
import { userGlobal } from './host.js';
import { edited } from './positions.js';
import { exposed, userFunction } from './realm.js';

const OPTIONS = {
  ecmaVersion: 'latest',
  sourceType: 'module',
  allowAwaitOutsideFunction: true,
  allowHashBang: true,
  allowImportExportEverywhere: false
};

/* Looks whether a module has the names that a cell imports from it. */
const CHECK = '__patina_imported__';
const DEFAULT = 'default';

export const parseCell = source => parse(source, OPTIONS);

const quoted = node => JSON.stringify(node.value);
const named = node => (node.type === 'Literal' ? quoted(node) : node.name);
const keyOf = node => (node.type === 'Literal' ? node.value : node.name);

function attributes(node) {
  if (!node.attributes?.length) {
    return '';
  }
  const pairs = node.attributes.map(one => `${named(one.key)}: ${quoted(one.value)}`);
  return `, { with: { ${pairs.join(', ')} } }`;
}

const isDefault = one => one.type === 'ImportDefaultSpecifier';

/** A module of which it is made sure that it has the names. */
function checked(load, node, specifiers, imported) {
  const names = specifiers.map(imported);
  return `${CHECK}(${load}, ${quoted(node.source)}, ${JSON.stringify(names)})`;
}

const importedName = one => (isDefault(one) ? DEFAULT : keyOf(one.imported));

function asDynamic(node) {
  const load = `await import(${quoted(node.source)}${attributes(node)})`;
  const space = node.specifiers.find(one => one.type === 'ImportNamespaceSpecifier');
  const others = node.specifiers.filter(one => one !== space);
  const names = others.map(one => {
    const from = isDefault(one) ? DEFAULT : named(one.imported);
    return from === one.local.name ? from : `${from}: ${one.local.name}`;
  });
  const parts = space === undefined ? [] : [`const ${space.local.name} = ${load};`];
  if (names.length > 0) {
    const module = checked(space?.local.name ?? load, node, others, importedName);
    parts.push(`const { ${names.join(', ')} } = ${module};`);
  }
  return parts.length > 0 ? parts.join(' ') : `${load};`;
}

function asReexport(node) {
  const load = `await import(${quoted(node.source)})`;
  const names = node.specifiers ?? [];
  return names.length > 0 ? `${checked(load, node, names, one => keyOf(one.local))};` : `${load};`;
}

/** How a node's text changes: [start, end, text that is hoisted or takes its place]. */
function change(node) {
  switch (node.type) {
    case 'ImportDeclaration':
      return [node.start, node.end, asDynamic(node)];
    case 'ExportNamedDeclaration':
      if (node.declaration) {
        return [node.start, node.declaration.start, ''];
      }
      return [node.start, node.end, node.source ? asReexport(node) : ''];
    case 'ExportDefaultDeclaration':
      return [node.start, node.declaration.start, ''];
    case 'ExportAllDeclaration':
      return [node.start, node.end, asReexport(node)];
    default:
      return null;
  }
}

const blank = text => text.replace(/[^\n]/g, '');

const isLeading = node => node.type === 'ImportDeclaration' || node.directive !== undefined;

/** The changes of a body, as edits. What is imported below other statements is hoisted. */
function editsOf(source, body) {
  const first = body.find(node => !isLeading(node))?.start ?? source.length;
  const changes = body.map(change).filter(one => one !== null);
  const inPlace = changes.map(([start, end, text]) => {
    const lines = blank(source.slice(start, end));
    return [start, end, start < first ? `${text}${lines}` : lines];
  });
  const hoisted = changes
    .filter(([start, , text]) => start >= first && text !== '')
    .map(([start, , text]) => [first, first, `${text} `, start]);
  const above = inPlace.filter(([start]) => start < first);
  return [...above, ...hoisted, ...inPlace.slice(above.length)];
}

/** The source without static imports and exports, on the same lines: { code, back }; `back` tells
 * which place in the source one in the code is. Throws a SyntaxError. */
export function withoutImports(source) {
  if (!/\b(?:import|export)\b/.test(source)) {
    return { code: source, back: null };
  }
  const edits = editsOf(source, parseCell(source).body);
  return edits.length === 0 ? { code: source, back: null } : edited(source, edits);
}

/** What a cell has imported, if it has these names, as a module that imports them would see to. */
function imported(module, from, names) {
  const missing = names.find(name => !(name in module));
  if (missing !== undefined) {
    const what = missing === DEFAULT ? 'a default export' : `an export named '${missing}'`;
    throw new userGlobal.SyntaxError(`The requested module '${from}' does not provide ${what}`);
  }
  return module;
}

export function install() {
  exposed.add(CHECK);
  Object.defineProperty(userGlobal, CHECK, { value: userFunction(imported) });
}
