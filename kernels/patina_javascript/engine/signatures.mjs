/* Signatures and JSDoc of the functions that the language, the web and Node.js have, out of
 * TypeScript's library files and Node's types:
 *   node signatures.mjs OUT.js
 * writes a module with `signatures`: { 'Array.prototype.map': ['map<U>(…): U[]', 'Calls …'], … }. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const packages = createRequire(join(process.cwd(), 'package.json'));
const ts = packages('typescript');
const folder = dirname(packages.resolve('typescript'));
const WANTED = /^lib\.(es5|es20\d\d.*|esnext.*)\.d\.ts$/;
const SKIPPED = /intl|decorators|sharedmemory/;
/* What the prelude has of the web: classes and functions, and objects by the names of their types. */
const WEB = new Set(
  (
    'AbortController AbortSignal Blob CustomEvent Event EventTarget File FormData Headers Request ' +
    'Response ReadableStream WritableStream TransformStream TextEncoder TextDecoder URL ' +
    'URLSearchParams WebSocket Console Crypto Performance fetch atob btoa structuredClone ' +
    'queueMicrotask setTimeout setInterval clearTimeout clearInterval'
  ).split(' ')
);
const OBJECTS = {
  Math: 'Math',
  JSON: 'JSON',
  Console: 'console',
  Crypto: 'crypto',
  Performance: 'performance'
};
const NODE =
  /^(?:(?:access|appendFile|copyFile|lstat|mkdir|readFile|readdir|realpath|rename|rm|rmdir|stat|unlink|writeFile)(?:Sync)?|existsSync|createReadStream)$/;

const found = {};

/* A first paragraph: what comes after it in Node's and the web's are examples and links. */
const paragraph = text => {
  const first = text
    .trim()
    .split(/\n\s*\n/)[0]
    .replaceAll('**', '');
  return /^\[MDN[^\]]*\]\S*$/.test(first) ? '' : first.trim();
};

const firstSentence = node => {
  const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
  const text = doc === undefined ? '' : (ts.getTextOfJSDocComment(doc.comment) ?? '');
  const parameters = (doc?.tags ?? []).filter(ts.isJSDocParameterTag).map(tag => {
    const said = (ts.getTextOfJSDocComment(tag.comment) ?? '').replace(/^-\s*/, '');
    return `${tag.name.getText()}: ${said}`;
  });
  return [paragraph(text), ...parameters]
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
  if (OBJECTS[name] !== undefined) {
    methods(declaration.members, `${OBJECTS[name]}.`, `${OBJECTS[name]}.`);
  } else if (name.endsWith('Constructor')) {
    constructors(name.slice(0, -'Constructor'.length), declaration.members);
  } else {
    methods(declaration.members, `${name}.prototype.`, '');
  }
}

/* `prefix` makes a name of a method, `shown` what a person reads before it. */
function methods(list, prefix, shown) {
  for (const member of list) {
    if (ts.isMethodSignature(member) && ts.isIdentifier(member.name)) {
      add(`${prefix}${member.name.text}`, member, `${shown}${member.name.text}`);
    }
  }
}

/* What `new` takes, and what a class has besides. */
function constructors(owner, list) {
  methods(list, `${owner}.`, `${owner}.`);
  list
    .filter(ts.isConstructSignatureDeclaration)
    .forEach(member => add(owner, member, `new ${owner}`));
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

/* A class of the web is an interface, and a variable of its name. */
function visitWeb(node) {
  if (ts.isVariableStatement(node)) {
    node.declarationList.declarations
      .filter(one => WEB.has(one.name.text) && ts.isTypeLiteralNode(one.type))
      .forEach(one => constructors(one.name.text, one.type.members));
  } else if (WEB.has(node.name?.text)) {
    visit(node);
  }
}

function visitNode(node) {
  if (ts.isModuleDeclaration(node) && node.name.text === 'fs') {
    node.body.statements
      .filter(one => ts.isFunctionDeclaration(one) && NODE.test(one.name.text))
      .forEach(one => add(`fs.${one.name.text}`, one, `fs.${one.name.text}`));
  }
}

function read(file, act) {
  const text = readFileSync(file, 'utf8');
  ts.forEachChild(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), act);
}

const own = readdirSync(folder).filter(name => WANTED.test(name) && !SKIPPED.test(name));
own.sort().forEach(name => read(join(folder, name), visit));
read(join(folder, 'lib.dom.d.ts'), visitWeb);
read(join(dirname(packages.resolve('@types/node/package.json')), 'fs.d.ts'), visitNode);
writeFileSync(process.argv[2], `export const signatures = ${JSON.stringify(found)};\n`);
