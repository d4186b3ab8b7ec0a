/* Errors as people read them: name, message, where in the cell, and the code around. */
import { className, isProxy, takeInterrupted } from './host.js';
import { domText } from './format/errors.js';
import { inspect } from './format.js';
import { placeIn, sourceOf } from './sources.js';

const FRAME = /^\s*at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/;
const AROUND = 2;

const isDom = value => !isProxy(value) && className(value) === 'DOMException';
const isError = value =>
  typeof value === 'object' && value !== null && (Error.isError(value) || isDom(value));

/** A property's value, found without running anybody's code. */
function plain(object, key) {
  for (let at = object; at !== null && !isProxy(at); at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, key);
    if (property !== undefined) {
      return property.value;
    }
  }
  return undefined;
}

/* The engine's own getter: it looks at a slot of the error, whatever the error's realm. */
const stackGetter = Object.getOwnPropertyDescriptor(Error.prototype, 'stack').get;

function stackOf(error) {
  const own = Object.getOwnPropertyDescriptor(error, 'stack');
  const stack = own === undefined ? stackGetter.call(error) : own.value;
  return typeof stack === 'string' ? stack : '';
}

const text = (value, otherwise) => (typeof value === 'string' ? value : otherwise);

/** { name, message, stack } of anything that was thrown. */
export function describe(thrown) {
  if (!isError(thrown)) {
    return { name: 'Uncaught', message: inspect(thrown, { quote: true }), stack: '' };
  }
  return {
    name: text(plain(thrown, 'name'), domText(thrown, 'name', 'Error')),
    message: text(plain(thrown, 'message'), domText(thrown, 'message', '')),
    stack: stackOf(thrown)
  };
}

/** The frames of a stack that are the user's: { name, file, line, column }. */
export function frames(stack) {
  const found = [];
  for (const line of stack.split('\n')) {
    const match = FRAME.exec(line);
    if (match !== null && match[2] !== 'patina') {
      const [, name, file, row, column] = match;
      const place = placeIn(file, { line: Number(row), column: Number(column) });
      found.push({ name: name ?? '', file, ...place });
    }
  }
  return found;
}

const shown = ({ name, file, line, column }) => {
  const place = `${file}:${line}:${column}`;
  const known = name !== '' && name !== '<eval>' && name !== '<anonymous>';
  return `    at ${known ? `${name} (${place})` : place}`;
};

/** The lines around a place, with a mark under the column. */
function codeFrame({ file, line, column }) {
  const lines = sourceOf(file)?.split('\n');
  if (lines === undefined || line > lines.length) {
    return [];
  }
  const width = String(line + AROUND).length;
  const out = [];
  for (let at = Math.max(1, line - AROUND); at <= Math.min(lines.length, line + AROUND); at++) {
    const mark = at === line ? '>' : ' ';
    out.push(`${mark} ${String(at).padStart(width)} | ${lines[at - 1].slice(0, 200)}`.trimEnd());
    if (at === line && column <= 200) {
      out.push(`  ${' '.repeat(width)} | ${' '.repeat(Math.max(0, column - 1))}^`);
    }
  }
  return out;
}

function causes(thrown, depth = 0) {
  const cause = isError(thrown) ? plain(thrown, 'cause') : undefined;
  if (cause === undefined || depth > 4) {
    return [];
  }
  const { name, message, stack } = describe(cause);
  const heading = isError(cause) ? `Caused by ${name}: ${message}` : `Caused by ${message}`;
  return [heading, ...frames(stack).map(shown), ...causes(cause, depth + 1)];
}

function errorsInside(thrown) {
  const inside = isError(thrown) ? plain(thrown, 'errors') : undefined;
  if (!Array.isArray(inside)) {
    return [];
  }
  return inside.slice(0, 10).map((one, index) => {
    const { name, message } = describe(one);
    return `  [${index}] ${name}: ${message}`;
  });
}

/* The engine quotes the token that it did not expect: at the end of a source there is none. */
const AT_THE_END = "unexpected token in expression: ''";
const explained = message => (message === AT_THE_END ? 'unexpected end of input' : message);

/** An error as the Jupyter protocol has it. */
export function asReply(thrown) {
  const { name, message: engines, stack } = describe(thrown);
  const message = explained(engines);
  const where = frames(stack);
  const heading = message === '' ? name : `${name}: ${message}`;
  const first = where.find(frame => sourceOf(frame.file) !== undefined);
  const traceback = [
    heading,
    ...(first === undefined ? [] : codeFrame(first)),
    ...where.map(shown),
    ...errorsInside(thrown),
    ...causes(thrown)
  ];
  return { ename: name, evalue: message, traceback };
}

/** What a cell says that was interrupted. */
export function interrupted() {
  const error = takeInterrupted();
  const reply = error === undefined ? null : asReply(error);
  const heading = 'Interrupted: the cell was stopped';
  const rest = reply === null ? [] : reply.traceback.slice(1);
  const traceback = [heading, ...rest];
  return { status: 'error', ename: 'Interrupted', evalue: 'the cell was stopped', traceback };
}
