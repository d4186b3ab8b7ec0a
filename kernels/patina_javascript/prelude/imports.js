/* Cells are scripts, which have no static import and export: they become `await import()`.
 *
 * The names that are imported are constants of the notebook, and not live bindings. */
import { parse } from 'acorn';

const OPTIONS = {
  ecmaVersion: 'latest',
  sourceType: 'module',
  allowAwaitOutsideFunction: true,
  allowHashBang: true,
  allowImportExportEverywhere: false
};

export const parseCell = source => parse(source, OPTIONS);

const quoted = node => JSON.stringify(node.value);
const named = node => (node.type === 'Literal' ? quoted(node) : node.name);

function attributes(node) {
  if (!node.attributes?.length) {
    return '';
  }
  const pairs = node.attributes.map(one => `${named(one.key)}: ${quoted(one.value)}`);
  return `, { with: { ${pairs.join(', ')} } }`;
}

function asDynamic(node) {
  const load = `await import(${quoted(node.source)}${attributes(node)})`;
  const space = node.specifiers.find(one => one.type === 'ImportNamespaceSpecifier');
  const names = node.specifiers
    .filter(one => one !== space)
    .map(one => {
      const from = one.type === 'ImportDefaultSpecifier' ? 'default' : named(one.imported);
      return from === one.local.name ? from : `${from}: ${one.local.name}`;
    });
  const parts = space === undefined ? [] : [`const ${space.local.name} = ${load};`];
  if (names.length > 0) {
    parts.push(`const { ${names.join(', ')} } = ${space?.local.name ?? load};`);
  }
  return parts.length > 0 ? parts.join(' ') : `${load};`;
}

/** How a node's text changes: [start, end, text to hoist or null, text in its place]. */
function change(node) {
  switch (node.type) {
    case 'ImportDeclaration':
      return [node.start, node.end, asDynamic(node), ''];
    case 'ExportNamedDeclaration':
      if (node.declaration) {
        return [node.start, node.declaration.start, null, ''];
      }
      return [
        node.start,
        node.end,
        node.source ? `await import(${quoted(node.source)});` : null,
        ''
      ];
    case 'ExportDefaultDeclaration':
      return [node.start, node.declaration.start, null, ''];
    case 'ExportAllDeclaration':
      return [node.start, node.end, `await import(${quoted(node.source)});`, ''];
    default:
      return null;
  }
}

const blank = text => text.replace(/[^\n]/g, '');

/** The source without static imports and exports, on the same lines. Throws a SyntaxError. */
export function withoutImports(source) {
  if (!/\b(?:import|export)\b/.test(source)) {
    return source;
  }
  const body = parseCell(source).body;
  const changes = body.map(change).filter(one => one !== null);
  if (changes.length === 0) {
    return source;
  }
  const hoisted = changes
    .map(one => one[2])
    .filter(one => one !== null)
    .join(' ');
  let out = source.slice(0, body[0].start) + (hoisted && `${hoisted} `);
  let at = body[0].start;
  for (const [start, end] of changes) {
    out += source.slice(at, start) + blank(source.slice(start, end));
    at = end;
  }
  return out + source.slice(at);
}
