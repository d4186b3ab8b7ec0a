/* Errors: name, message, frames; what they have besides follows as properties. */
import { own, plain, text } from './look.js';
import { placeIn } from '../sources.js';

const FRAME = /^\s*at /;
const OURS = /(?:\(|\s)patina:\d+/;

/** The lines of a stack that are the user's. */
export const framesOf = stack =>
  stack
    .split('\n')
    .filter(line => FRAME.test(line) && !OURS.test(line))
    .map(line => `    ${line.trim().replace(PLACE, inSource)}`);

const PLACE = /([^\s(]+):(\d+):(\d+)(?=\)?$)/;

function inSource(_, file, row, place) {
  const { line, column } = placeIn(file, { line: Number(row), column: Number(place) });
  return `${file}:${line}:${column}`;
}

const stackGetter = Object.getOwnPropertyDescriptor(Error.prototype, 'stack').get;

function stackOf(error) {
  const stack = Object.hasOwn(error, 'stack') ? own(error, 'stack') : stackGetter.call(error);
  return typeof stack === 'string' ? stack : '';
}

/** `Name: message` and the frames below; in brackets where there is no frame. */
export function errorText(error, indentation) {
  const name = text(error, 'name') ?? domText(error, 'name', 'Error');
  const message = text(error, 'message') ?? domText(error, 'message', '');
  const heading = message === '' ? name : `${name}: ${message}`;
  const frames = framesOf(stackOf(error));
  const shown = frames.length === 0 ? `[${heading}]` : [heading, ...frames].join('\n');
  return shown.replaceAll('\n', `\n${' '.repeat(indentation)}`);
}

/* A DOMException has its message and name as getters of the engine's own. */
const domGetters = Object.getOwnPropertyDescriptors(globalThis.DOMException?.prototype ?? {});

export function domText(error, key, otherwise) {
  try {
    return String(domGetters[key].get.call(error));
  } catch {
    return otherwise;
  }
}

/** The properties of an error to show besides: `cause` and `errors` are not enumerable. */
export function errorKeys(error, keys) {
  const extra = ['cause', 'errors'].filter(
    key => Object.hasOwn(error, key) && plain(error, key) !== undefined && !keys.includes(key)
  );
  const told = ['name', 'message', 'stack'];
  return [...keys.filter(key => !told.includes(key)), ...extra];
}
