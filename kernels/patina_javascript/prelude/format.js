/* Values as text: `inspect` as in Node's util, and the texts of console.log. */
import { isProxy } from './host.js';
import { newState } from './format/state.js';
import { formatValue } from './format/values.js';
import { brand, plain } from './format/look.js';
import { numberText, symbolText } from './format/text.js';

const isObject = value =>
  value !== null && (typeof value === 'object' || typeof value === 'function');

/** Any value as text. Options are those of Node's util.inspect: depth, breakLength, compact,
 * maxArrayLength, maxStringLength, showHidden, sorted, customInspect; and `quote`, without which a
 * string is itself when it is the whole. Never throws for what the value is. */
export function inspect(value, options) {
  const state = newState(options);
  if (typeof value === 'string' && !state.quote) {
    return value;
  }
  state.given = { ...options, inspect };
  try {
    return formatValue(state, value);
  } catch (error) {
    return failure(error);
  }
}

function failure(error) {
  const isStack = isObject(error) && !isProxy(error) && plain(error, 'name') === 'RangeError';
  if (!isStack) {
    throw error;
  }
  return '[Object: nested too deeply to be shown]';
}

const quoted = (value, options) => inspect(value, { ...options, quote: true });

/* A text of an object's own making, where its class has one; else a short look. */
function asString(value) {
  if (typeof value === 'bigint' || (typeof value === 'number' && Object.is(value, -0))) {
    return quoted(value);
  }
  if (!isObject(value)) {
    return typeof value === 'symbol' ? symbolText(value) : String(value);
  }
  const toString =
    isProxy(value) || brand(value) === 'Error' ? undefined : plain(value, 'toString');
  const isOwn =
    typeof toString === 'function' && !BUILTIN.test(Function.prototype.toString.call(toString));
  return isOwn ? String(value) : quoted(value, { depth: 0, compact: 3 });
}
const BUILTIN = /\[native code\]\s*\}\s*$/;

function asNumber(value, convert) {
  if (typeof value === 'bigint') {
    return `${value}n`;
  }
  return isObject(value) || typeof value === 'symbol' ? 'NaN' : numberText(convert(value));
}

function asJson(value) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    return /circular/i.test(String(error?.message)) ? '[Circular]' : failure(error);
  }
}

const DIRECTIVES = {
  s: asString,
  d: value => asNumber(value, Number),
  i: value => asNumber(value, Number.parseInt),
  f: value => (typeof value === 'symbol' ? 'NaN' : numberText(Number.parseFloat(value))),
  j: asJson,
  o: value => quoted(value, { showHidden: true, depth: 4 }),
  O: value => quoted(value),
  c: () => ''
};

/* The texts of a format and of those values that it uses. */
function filled(format, values) {
  let used = 0;
  const text = format.replace(/%([sdifjoOc%])/g, (whole, letter) => {
    if (letter === '%') {
      return '%';
    }
    return used < values.length ? DIRECTIVES[letter](values[used++]) : whole;
  });
  return [text, values.slice(used)];
}

/** What console.log writes: directives (%s %d %i %f %j %o %O %c) first, the rest after spaces. */
export function formatLog(values) {
  const hasFormat = typeof values[0] === 'string' && values.length > 1 && values[0].includes('%');
  const [head, rest] = hasFormat ? filled(values[0], values.slice(1)) : [null, values];
  const texts = rest.map(value => (typeof value === 'string' ? value : inspect(value)));
  return (head === null ? texts : [head, ...texts]).join(' ');
}
