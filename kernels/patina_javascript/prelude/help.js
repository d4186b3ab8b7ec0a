/* Completion, inspection, and whether a cell is complete; none of them runs a user's code. */
import { isProxy, userGlobal } from './host.js';
import { inspect } from './format.js';
import { names, valueOf } from './globals.js';
import { parseCell } from './imports.js';
import { strip } from './typescript.js';
import { builtinHelp } from './builtins.js';

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

/** What a chain of names leads to: [value, owner, last], or null. */
function follow(steps) {
  let found = valueOf(steps[0]);
  let owner;
  for (const step of steps.slice(1)) {
    if (found === null) {
      return null;
    }
    owner = found[0];
    found = property(boxed(owner), step);
  }
  return found === null ? null : { value: found[0], owner };
}

function propertyNames(value) {
  const found = new Set();
  for (let at = boxed(value); at !== null && !isProxy(at); at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (IDENTIFIER.test(name)) {
        found.add(name);
      }
    }
  }
  return [...found];
}

const stepsOf = text => text.split(/\s*(?:\?\.|\.)\s*/).filter(step => step !== '');

const LITERALS = [
  [/(["'`])(?:\\.|(?!\1).)*\1\s*\.\s*$/s, ''],
  [/\]\s*\.\s*$/s, []]
];

function matches(before) {
  const [, chain, begun] = CHAIN.exec(before);
  const start = before.length - begun.length;
  let found;
  if (chain !== '') {
    const leads = follow(stepsOf(chain));
    found =
      leads === null || leads.value === null || leads.value === undefined
        ? []
        : propertyNames(leads.value);
  } else if (/\.\s*$/.test(before.slice(0, start))) {
    const literal = LITERALS.find(([pattern]) => pattern.test(before.slice(0, start)));
    found =
      literal === undefined
        ? []
        : propertyNames(Array.isArray(literal[1]) ? new userGlobal.Array() : literal[1]);
  } else {
    found = [...names(), ...KEYWORDS];
  }
  return [start, [...new Set(found)].filter(name => name.startsWith(begun)).sort(byUse(begun))];
}

/* What a person names begins with a small letter more often than not. */
const byUse = () => (a, b) => (a < b ? -1 : 1);

function complete({ source, position }) {
  const [start, found] = matches(source.slice(0, position));
  return { start, end: position, matches: found.slice(0, MOST) };
}

/** The chain of names around a position. */
function chainAt(source, position) {
  const rest = /^[\p{ID_Continue}$]*/u.exec(source.slice(position))[0];
  const whole = CHAIN.exec(source.slice(0, position) + rest);
  const around = stepsOf(whole[1] + whole[2]);
  if (around.length > 0) {
    return around;
  }
  // Inside a call: what is called.
  const call = /([\p{ID_Continue}$.?]+)\s*\([^()]*$/u.exec(source.slice(0, position));
  return call === null ? [] : stepsOf(call[1]);
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
  if (source === '' || isNative(source)) {
    return `${name}(…)`;
  }
  const lines = source.split('\n');
  const shown = lines.length > 40 ? [...lines.slice(0, 40), '…'] : lines;
  return `${signature(name, source)}\n\n${shown.join('\n')}`;
}

function inspectAt({ source, position }) {
  const steps = chainAt(source, position);
  const found = steps.length === 0 ? null : follow(steps);
  if (found === null) {
    return { text: null };
  }
  const { value } = found;
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
