/* What the prelude knows of the host: the only file that touches the engine's functions. */

const H = globalThis.patinaHost;
delete globalThis.patinaHost;

/** The global object of the realm in which cells run. */
export const userGlobal = H.global;
export const {
  evalCell,
  evalScript,
  compiles,
  lexicals,
  isProxy,
  className,
  takeInterrupted,
  heapUsed
} = H;
export const gc = H.collect;

const STATES = ['pending', 'fulfilled', 'rejected'];

/** ['pending'] | ['fulfilled', value] | ['rejected', reason]; null when it is no promise. */
export function promiseState(value) {
  const state = H.promiseState(value);
  if (state === undefined) {
    return null;
  }
  return state === 0 ? [STATES[0]] : [STATES[state], H.promiseResult(value)];
}

/** A synchronous call of the host, with bytes in the answer. */
export function callBytes(op, value, bytes) {
  const json = value === undefined ? undefined : JSON.stringify(value);
  const answer = H.hostCall(op, json, bytes);
  if (answer === undefined) {
    return { value: undefined, bytes: undefined };
  }
  const [text, buffer] = answer;
  return { value: text === '' ? undefined : JSON.parse(text), bytes: buffer };
}

/** A synchronous call of the host. Throws an Error with name, message and code. */
export function call(op, value, bytes) {
  return callBytes(op, value, bytes).value;
}

/* Operations that the host has begun. They are in the heap, so a copy has them, and ends them. */
const started = new Map();
let lastOperation = 0;

/** An asynchronous operation: its id, and a promise of { value, bytes }. */
export function start(op, value, bytes) {
  const id = ++lastOperation;
  const entry = { op, cell };
  const promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
  promise.catch(() => {}); // whoever asked reports what went wrong
  started.set(id, entry);
  try {
    call('operation.start', { id, op, value }, bytes);
  } catch (error) {
    started.delete(id);
    entry.reject(error);
  }
  return { id, promise };
}

/** End an operation; its promise stays as it is. */
export function cancel(id) {
  if (started.delete(id)) {
    call('operation.cancel', { id });
  }
}

function settle({ id, ok, value }, bytes) {
  const entry = started.get(id);
  if (entry === undefined) {
    return;
  }
  started.delete(id);
  setCell(entry.cell); // it stays so while the microtasks that follow run
  if (ok) {
    entry.resolve({ value, bytes });
  } else {
    entry.reject(hostError(value));
  }
}

function hostError({ name, message, code }) {
  return Object.assign(new Error(message), { name }, code === undefined ? {} : { code });
}

/** End all operations, those of one cell where that is given; each is told why. Their names. */
export function rejectStarted(why, ofCell) {
  const ended = [...started].filter(([, entry]) => ofCell === undefined || entry.cell === ofCell);
  for (const [id, entry] of ended) {
    started.delete(id);
    call('operation.cancel', { id });
    entry.reject(hostError({ name: 'AbortError', message: `${entry.op}: ${why}` }));
  }
  return ended.map(([, entry]) => entry.op);
}

export const startedNames = () => [...started.values()].map(({ op }) => op);
export const startedCount = () => started.size;

/* On behalf of which cell something runs: its output goes there. */
let cell = 0;
export const currentCell = () => cell;
export const setCell = id => {
  cell = id;
};

export function withCell(id, act) {
  const before = cell;
  cell = id;
  try {
    return act();
  } finally {
    cell = before;
  }
}

export const hooks = {
  /** An asynchronous operation has ended. */
  settle(json, bytes) {
    settle(JSON.parse(json), bytes);
    return '';
  }
};
