/* What is known of the language's own functions: for Shift+Tab. */
import { userGlobal } from './host.js';
import { signatures } from 'patina-signatures';

const PROTOTYPES = [
  'Array',
  'String',
  'Number',
  'Object',
  'Function',
  'Promise',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Date',
  'RegExp',
  'Symbol',
  'BigInt',
  'ArrayBuffer',
  'Uint8Array',
  'Error'
];
const SPACES = [
  'Math',
  'JSON',
  'Reflect',
  'Object',
  'Array',
  'Number',
  'String',
  'Promise',
  'Date',
  'Symbol',
  'BigInt',
  'Map',
  'console'
];

/* By identity, so that `const m = [].map` is known too; made when it is first asked for. */
let known = null;

function add(object, prefix) {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) {
    return;
  }
  for (const name of Object.getOwnPropertyNames(object)) {
    const property = Object.getOwnPropertyDescriptor(object, name);
    if (typeof property.value === 'function' && !known.has(property.value)) {
      known.set(property.value, `${prefix}${name}`);
    }
  }
}

function learn() {
  known = new Map();
  for (const name of PROTOTYPES) {
    add(userGlobal[name]?.prototype, `${name}.prototype.`);
  }
  for (const name of SPACES) {
    add(userGlobal[name], `${name}.`);
  }
  add(userGlobal, '');
}

/** Its signature and a sentence, or null when nothing is known. */
export function builtinHelp(steps, value) {
  if (known === null) {
    learn();
  }
  const name = typeof value === 'function' ? known.get(value) : steps.join('.');
  const help = name === undefined ? undefined : signatures[name];
  return help === undefined ? null : `${help[0]}\n\n${help[1]}`;
}

/** Look before any cell can have replaced something. */
export const begin = learn;
