/* What a formatting carries along: its options, and where it is. */

const DEFAULTS = {
  depth: 2,
  breakLength: 80,
  compact: 3,
  maxArrayLength: 100,
  maxStringLength: 10000,
  showHidden: false,
  sorted: false,
  customInspect: true,
  quote: false
};

/* An object may have millions of properties; a reader reads a few hundred. */
export const MOST_KEYS = 500;

const number = (value, otherwise) => (typeof value === 'number' ? value : otherwise);

function limits(options) {
  const read = { ...DEFAULTS, ...options };
  return {
    ...read,
    depth: read.depth === null ? Infinity : number(read.depth, DEFAULTS.depth),
    compact: read.compact === false ? 0 : number(read.compact, DEFAULTS.compact),
    maxArrayLength: read.maxArrayLength === null ? Infinity : read.maxArrayLength,
    maxStringLength: read.maxStringLength === null ? Infinity : read.maxStringLength
  };
}

/** A new state; the options are those of Node's util.inspect, and `quote` for outer strings. */
export const newState = options => ({
  ...limits(options),
  indentation: 0,
  deepest: 0,
  above: [],
  circular: new Map()
});

/** Format what lies `by` columns further in. */
export function indented(state, by, act) {
  state.indentation += by;
  try {
    return act();
  } finally {
    state.indentation -= by;
  }
}
