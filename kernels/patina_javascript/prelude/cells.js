/* Cells: from a source to an outcome. */
import {
  compiles,
  evalCell,
  promiseState,
  rejectStarted,
  setCell,
  startedCount,
  userGlobal,
  withCell
} from './host.js';
import { asReply, interrupted } from './errors.js';
import { withoutImports } from './imports.js';
import { strip } from './typescript.js';
import { edited } from './positions.js';
import { nameOf, remember, rememberWays, waysOf } from './sources.js';
import { bundle } from './display.js';
import { hooks as world } from './world.js';

const isSyntaxError = error =>
  error instanceof userGlobal.SyntaxError || error instanceof SyntaxError;
const UserSyntaxError = userGlobal.SyntaxError;

/* The cell that runs: { id, promise, shown, outcome }. */
let running = null;

export const isRunningPromise = promise => running !== null && promise === running.promise;

/* What a cell's code is made from, step by step: `ways` as in sources.js. */
function start(code, name, ways) {
  rememberWays(name, ways);
  return evalCell(code, name);
}

/** Begin a script; one that could be a block or an object is an object, as in a console. */
function evaluate(source, name, ways = []) {
  let made;
  try {
    made = withoutImports(source);
  } catch (error) {
    // The engine may know syntax that acorn does not; else acorn's is the better explanation.
    return evaluateAsIs(source, name, ways, error);
  }
  const { code } = made;
  const all = [...ways, made.back];
  if (/^\s*\{/.test(code) && !/;\s*$/.test(code)) {
    const wrapped = edited(code, [
      [0, 0, '('],
      [code.length, code.length, '\n)']
    ]);
    try {
      compiles(wrapped.code, name);
    } catch {
      return start(code, name, all);
    }
    return start(wrapped.code, name, [...all, wrapped.back]);
  }
  return start(code, name, all);
}

function evaluateAsIs(source, name, ways, explanation) {
  try {
    compiles(source, name);
  } catch {
    throw explanation;
  }
  return start(source, name, ways);
}

function withoutTypes(source) {
  try {
    const made = strip(source);
    return made.code === source ? null : made;
  } catch {
    return null;
  }
}

/** Begin a cell: its promise. What is no JavaScript may be TypeScript. */
function begin(source, name) {
  try {
    return evaluate(source, name);
  } catch (error) {
    if (!isSyntaxError(error)) {
      throw error;
    }
    const made = withoutTypes(source);
    if (made === null) {
      throw acornError(error, name);
    }
    return evaluateStripped(made, name, error);
  }
}

function evaluateStripped({ code, back }, name, first) {
  const ways = waysOf(name);
  try {
    return evaluate(code, name, [back]);
  } catch (error) {
    if (!isSyntaxError(error)) {
      throw error;
    }
    rememberWays(name, ways);
    throw acornError(first, name);
  }
}

/* An error of acorn's, in the shape and the realm of the engine's. */
function acornError(error, name) {
  if (error.loc === undefined) {
    return error;
  }
  const made = new UserSyntaxError(error.message.replace(/ \(\d+:\d+\)$/, ''));
  const stack = `    at ${name}:${error.loc.line}:${error.loc.column + 1}\n`;
  Object.defineProperty(made, 'stack', { value: stack, writable: true, configurable: true });
  return made;
}

function run({ id, count, source }) {
  const name = nameOf(count);
  remember(name, source);
  setCell(id);
  running = { id, promise: null, shown: null, outcome: null };
  try {
    running.promise = begin(source.replace(/^#!.*/, ''), name);
    // It may have been rejected before anybody knew whose it is.
    world.rejection(running.promise, undefined, true);
  } catch (error) {
    running.outcome = { status: 'error', ...asReply(error) };
  }
}

/** Show the value once there is one; a display may be asynchronous. */
function show(value) {
  if (value === undefined) {
    running.outcome = { status: 'ok', data: null };
    return;
  }
  // A cell may have frozen its global object: then there is no `_`, and that is all.
  Reflect.defineProperty(userGlobal, '_', {
    value,
    writable: true,
    configurable: true,
    enumerable: false
  });
  running.shown = withCell(running.id, () => bundle(value));
}

function look() {
  const [state, value] = promiseState(running.shown ?? running.promise);
  if (state === 'rejected') {
    running.outcome = { status: 'error', ...asReply(value) };
  } else if (state === 'fulfilled' && running.shown !== null) {
    running.outcome = { status: 'ok', data: value };
  } else if (state === 'fulfilled') {
    show(value.value);
  }
}

const STUCK =
  'the cell waits for a promise that nothing can settle any more: ' +
  'no timer, no request and no other work is pending';

/** Nothing is left that could settle what the cell waits for. */
function isStuck() {
  return startedCount() === 0 && world.nextDue() === null;
}

/** The outcome of the cell that runs: undefined while it has none. */
function outcome({ idle }) {
  if (running === null) {
    return undefined;
  }
  if (running.outcome === null) {
    look();
  }
  if (running.outcome === null && idle && isStuck()) {
    running.outcome = {
      status: 'error',
      ename: 'Pending',
      evalue: STUCK,
      traceback: [`Pending: ${STUCK}`]
    };
  }
  return running.outcome === null ? undefined : finish(running.outcome);
}

function finish(found) {
  running = null;
  return found;
}

/** The person has stopped the cell: what it waits for is given up. */
function abort() {
  const id = running?.id;
  if (id !== undefined) {
    world.interrupted?.(id);
    rejectStarted('the cell was stopped', id);
  }
  return finish(interrupted());
}

const answering = act => json => {
  const answer = act(json === '' ? undefined : JSON.parse(json));
  return answer === undefined ? '' : JSON.stringify(answer);
};

export const hooks = {
  run: answering(run),
  outcome: answering(outcome),
  abort: answering(abort)
};
