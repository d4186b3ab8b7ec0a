/* Signatures and JSDoc of the language's own functions, out of TypeScript's library files:
 *   node signatures.mjs OUT.js
 * writes a module with `signatures`: { 'Array.prototype.map': ['map<U>(…): U[]', 'Calls …'], … }. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const ts = createRequire(join(process.cwd(), 'package.json'))('typescript');
const folder = dirname(createRequire(join(process.cwd(), 'package.json')).resolve('typescript'));
const WANTED = /^lib\.(es5|es20\d\d.*|esnext.*)\.d\.ts$/;
const SKIPPED = /intl|decorators|sharedmemory/;

const found = {};

const firstSentence = node => {
  const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
  const text = doc === undefined ? '' : (ts.getTextOfJSDocComment(doc.comment) ?? '');
  const parameters = (doc?.tags ?? []).filter(ts.isJSDocParameterTag).map(tag => {
    const said = (ts.getTextOfJSDocComment(tag.comment) ?? '').replace(/^-\s*/, '');
    return `${tag.name.getText()}: ${said}`;
  });
  return [text.trim(), ...parameters]
    .filter(line => line !== '')
    .join('\n')
    .replace(/[ \t]+/g, ' ');
};

function add(name, node, shown) {
  const list = ts.isVariableStatement(node) ? '' : node.getText();
  const start = list.indexOf('(');
  if (start < 0 || found[name] !== undefined) {
    return;
  }
  const generic = /^[^(<]*(<[^(]*>)\(/.exec(list)?.[1] ?? '';
  const signature = `${shown}${generic}${list.slice(start).replace(/\s+/g, ' ').replace(/;$/, '')}`;
  found[name] = [signature, firstSentence(node)];
}

function members(declaration) {
  const name = declaration.name.text;
  const isStatic = name.endsWith('Constructor');
  const space = ['Math', 'JSON'].includes(name);
  const owner = isStatic ? name.slice(0, -'Constructor'.length) : name;
  for (const member of declaration.members) {
    if (ts.isMethodSignature(member) && ts.isIdentifier(member.name)) {
      const key = `${owner}.${isStatic || space ? '' : 'prototype.'}${member.name.text}`;
      add(key, member, isStatic || space ? `${owner}.${member.name.text}` : member.name.text);
    } else if (isStatic && ts.isConstructSignatureDeclaration(member)) {
      add(owner, member, `new ${owner}`);
    }
  }
}

function visit(node) {
  if (ts.isInterfaceDeclaration(node)) {
    members(node);
  } else if (ts.isFunctionDeclaration(node)) {
    add(node.name.text, node, node.name.text);
  } else if (ts.isModuleDeclaration(node) && node.name.text === 'Reflect') {
    node.body.statements.filter(ts.isFunctionDeclaration).forEach(one => {
      add(`Reflect.${one.name.text}`, one, `Reflect.${one.name.text}`);
    });
  }
}

for (const file of readdirSync(folder)
  .filter(name => WANTED.test(name) && !SKIPPED.test(name))
  .sort()) {
  const text = readFileSync(join(folder, file), 'utf8');
  ts.forEachChild(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), visit);
}
writeFileSync(process.argv[2], `export const signatures = ${JSON.stringify(found)};\n`);
