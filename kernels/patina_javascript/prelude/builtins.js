/* What is known of the functions that are there from the start: for Shift+Tab. */
import { userGlobal } from './host.js';
import { ownHelp } from './ownhelp.js';
import { signatures } from 'patina-signatures';

/* Classes, whose methods are on their prototypes and on themselves. */
const CLASSES = (
  'Array String Number Object Function Promise Map Set WeakMap WeakSet Date RegExp Symbol BigInt ' +
  'ArrayBuffer Uint8Array Error AbortController AbortSignal Blob File FormData Headers Request ' +
  'Response ReadableStream WritableStream TransformStream TextEncoder TextDecoder URL ' +
  'URLSearchParams WebSocket Event CustomEvent EventTarget'
).split(' ');
const OBJECTS = 'Math JSON Reflect console crypto performance fs process display'.split(' ');
const help = { ...signatures, ...ownHelp };

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
  // First: every prototype has its class as `constructor`.
  add(userGlobal, '');
  for (const name of CLASSES) {
    add(userGlobal[name]?.prototype ?? null, `${name}.prototype.`);
  }
  for (const name of [...CLASSES, ...OBJECTS]) {
    add(userGlobal[name] ?? null, `${name}.`);
  }
}

/** Its signature and a sentence, or null when nothing is known. */
export function builtinHelp(steps, value) {
  if (known === null) {
    learn();
  }
  const name = typeof value === 'function' ? known.get(value) : steps.join('.');
  const found = name === undefined || !Object.hasOwn(help, name) ? null : help[name];
  return found === null ? null : found.filter(text => text !== '').join('\n\n');
}

/** Look before any cell can have replaced something. */
export const begin = learn;
