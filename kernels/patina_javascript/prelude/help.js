/* Completion, inspection, and whether a cell is complete; none of them runs a user's code. */
import { isProxy, userGlobal } from './host.js';
import { inspect } from './format.js';
import { names, valueOf } from './globals.js';
import { parseCell } from './imports.js';
import { strip } from './typescript.js';
import { builtinHelp } from './builtins.js';
import { isOpened } from './realm.js';

const MOST = 500;
const CHAIN = /((?:[\p{ID_Continue}$]+\s*(?:\?\.|\.)\s*)*)([\p{ID_Continue}$]*)$/u;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const KEYWORDS = (
  'async await break case catch class const continue debugger default delete do else export ' +
  'extends false finally for function if import in instanceof let new null of return static super ' +
  'switch this throw true try typeof undefined var void while with yield'
).split(' ');

/** A property along the prototypes: [value], or null for a getter, a proxy or nothing. */
function property(value, key) {
  if (value === null || value === undefined) {
    return null;
  }
  for (let at = Object(value); at !== null && !isProxy(at); at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, key);
    if (found !== undefined) {
      return 'value' in found ? [found.value] : null;
    }
  }
  return null;
}

const boxed = value =>
  typeof value === 'object' || typeof value === 'function' ? value : boxOf(value);

/* The prototypes of the cells' realm are those that a primitive has there. */
const BOXES = {
  string: 'String',
  number: 'Number',
  boolean: 'Boolean',
  bigint: 'BigInt',
  symbol: 'Symbol'
};
const boxOf = value => userGlobal[BOXES[typeof value]]?.prototype ?? null;

/** What a chain of names leads to, as [value]; null when it leads nowhere. */
function follow(steps, from = null) {
  const [first, ...rest] = steps;
  const found = from === null ? valueOf(first) : property(boxed(from[0]), first);
  return rest.reduce((at, step) => (at === null ? null : property(boxed(at[0]), step)), found);
}

/* Names as `__proto__` are seldom what is looked for: they come last. */
const hiddenLast = names => {
  const isHidden = name => name.startsWith('__');
  return [...names.filter(name => !isHidden(name)), ...names.filter(isHidden)];
};

/** The names of a value's properties: its own before those of its prototypes. */
function propertyNames(value) {
  const found = [];
  for (let at = boxed(value); at !== null && !isProxy(at); at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyNames(at).filter(name => IDENTIFIER.test(name));
    found.push(...own.sort());
  }
  return hiddenLast(found);
}

const stepsOf = text => text.split(/\s*(?:\?\.|\.)\s*/).filter(step => step !== '');

const LITERALS = [
  [/(["'`])(?:\\.|(?!\1).)*\1\s*\.\s*$/s, ''],
  [/\]\s*\.\s*$/s, []]
];

/** The literal before a dot, as [value]; null when none ends there. */
function literalBefore(text) {
  const literal = LITERALS.find(([pattern]) => pattern.test(text))?.[1];
  return literal === undefined ? null : [Array.isArray(literal) ? new userGlobal.Array() : literal];
}

/** What has the properties that are asked for: [value], or null. */
function ownerOf(chain, before) {
  if (chain === '') {
    return literalBefore(before);
  }
  const leads = follow(stepsOf(chain));
  return leads === null || leads[0] === null || leads[0] === undefined ? null : leads;
}

function matches(before) {
  const [, chain, begun] = CHAIN.exec(before);
  const start = before.length - begun.length;
  const owned = chain !== '' || /\.\s*$/.test(before.slice(0, start));
  const owner = owned ? ownerOf(chain, before.slice(0, start)) : null;
  const found = owned
    ? (owner?.flatMap(propertyNames) ?? [])
    : hiddenLast([...names(), ...KEYWORDS].sort());
  return [start, [...new Set(found)].filter(name => name.startsWith(begun))];
}

function complete({ source, position }) {
  const [start, found] = matches(source.slice(0, position));
  return { start, end: position, matches: found.slice(0, MOST) };
}

/** The chain of names around a position, and what stands before it: [steps, text]. */
function chainAt(source, position) {
  const rest = /^[\p{ID_Continue}$]*/u.exec(source.slice(position))[0];
  const before = source.slice(0, position) + rest;
  const whole = CHAIN.exec(before);
  const around = stepsOf(whole[1] + whole[2]);
  if (around.length > 0) {
    return [around, before.slice(0, whole.index)];
  }
  // Inside a call: what is called.
  const call = /([\p{ID_Continue}$.?]+)\s*\([^()]*$/u.exec(source.slice(0, position));
  if (call === null) {
    return [[], ''];
  }
  const dot = /^\??\./.exec(call[1])?.[0] ?? '';
  return [stepsOf(call[1]), source.slice(0, call.index) + dot];
}

const sourceText = value => Function.prototype.toString.call(value);
const isNative = source => /\[native code\]\s*}$/.test(source);

/** `name(a, b)` of a function's source. */
function signature(name, source) {
  const match =
    /^(?:async\s+)?(?:function\s*\*?\s*[\w$]*\s*|[\w$#]*\s*)?(\((?:[^()]|\([^()]*\))*\))/.exec(
      source
    );
  const arrow = /^(?:async\s+)?([\p{ID_Continue}$]+)\s*=>/u.exec(source);
  const made = /constructor\s*(\((?:[^()]|\([^()]*\))*\))/.exec(source);
  if (source.startsWith('class')) {
    return `new ${name}${made?.[1] ?? '()'}`;
  }
  return `${name}${match?.[1] ?? (arrow === null ? '(…)' : `(${arrow[1]})`)}`;
}

function aboutFunction(steps, value) {
  const name = steps.join('.');
  const source = isProxy(value) ? '' : sourceText(value);
  const known = builtinHelp(steps, value);
  if (known !== null) {
    return known;
  }
  if (source === '' || isNative(source) || isOpened(value)) {
    return `${name}(…)`;
  }
  const lines = source.split('\n');
  const shown = lines.length > 40 ? [...lines.slice(0, 40), '…'] : lines;
  return `${signature(name, source)}\n\n${shown.join('\n')}`;
}

function inspectAt({ source, position }) {
  const [steps, before] = chainAt(source, position);
  const found = steps.length === 0 ? null : follow(steps, literalBefore(before));
  if (found === null) {
    return { text: null };
  }
  const [value] = found;
  if (typeof value === 'function') {
    return { text: aboutFunction(steps, value) };
  }
  const known = builtinHelp(steps, value);
  return { text: known ?? `${steps.join('.')}: ${inspect(value, { quote: true })}` };
}

const UNFINISHED = /Unterminated (?:template|comment|regular)/;
const indentOf = source => /^[ \t]*/.exec(source.split('\n').at(-1))[0];

function status(source) {
  try {
    parseCell(source);
    return { status: 'complete' };
  } catch (error) {
    const atEnd = error.pos >= source.trimEnd().length || UNFINISHED.test(error.message);
    if (!atEnd) {
      return isTypeScript(source) ? { status: 'complete' } : { status: 'invalid' };
    }
    const deeper = /[{([]\s*$/.test(source.trimEnd()) ? '  ' : '';
    return { status: 'incomplete', indent: indentOf(source) + deeper };
  }
}

function isTypeScript(source) {
  try {
    parseCell(strip(source).code);
    return true;
  } catch {
    return false;
  }
}

const answering = act => json => JSON.stringify(act(JSON.parse(json)));

export const hooks = {
  complete: answering(complete),
  inspect: answering(inspectAt),
  isComplete: answering(({ source }) => status(source))
};
