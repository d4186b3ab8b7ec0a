/* Lines: how Node's util.inspect puts entries on one line, in columns, or one below the other.
 *
 * The rules and their numbers are those of `reduceToSingleString` and `groupArrayElements` of
 * Node's lib/internal/util/inspect.js (documented as the options `compact` and `breakLength`). */
import { width } from './text.js';

const COLUMN_LIMIT = 15;
const CHARACTER_HEIGHT = 2.5;
const SEPARATOR = 2;

function fits(state, entries, start, base) {
  const total = entries.reduce((sum, entry) => sum + entry.length, entries.length + start);
  return total <= state.breakLength && !base.includes('\n');
}

/** One text of entries between braces: on one line where that is short and shallow enough. */
export function enclose(state, { entries, base, braces, isList, depth, values }) {
  const lines = isList && entries.length > 6 ? inColumns(state, entries, values) : entries;
  const head = base === '' ? braces[0] : `${base} ${braces[0]}`;
  if (state.deepest - depth < state.compact && lines.length === entries.length) {
    const start = lines.length + state.indentation + braces[0].length + base.length + 10;
    const line = lines.join(', ');
    if (fits(state, lines, start, base) && !line.includes('\n')) {
      return `${head} ${line} ${braces[1]}`;
    }
  }
  const indent = `\n${' '.repeat(state.indentation)}`;
  return `${head}${indent}  ${lines.join(`,${indent}  `)}${indent}${braces[1]}`;
}

function columnCount(state, widths, longest) {
  const total = widths.reduce((sum, one) => sum + one + SEPARATOR, 0);
  const widest = longest + SEPARATOR;
  const roomy = widest * 3 + state.indentation < state.breakLength;
  if (!roomy || !(total / widest > 5 || longest <= 6)) {
    return 1;
  }
  const biased = Math.max(widest - 3 - Math.sqrt(widest - total / widths.length), 1);
  return Math.min(
    Math.round(Math.sqrt(CHARACTER_HEIGHT * biased * widths.length) / biased),
    Math.floor((state.breakLength - state.indentation) / widest),
    state.compact * 4,
    COLUMN_LIMIT
  );
}

const isNumeric = value => typeof value === 'number' || typeof value === 'bigint';

/** Short entries of a list in columns: numbers to the right, all else to the left. */
function inColumns(state, entries, values) {
  const rest = entries.length > values.length ? entries.slice(values.length) : [];
  const cells = entries.slice(0, entries.length - rest.length);
  const widths = cells.map(width);
  const count = columnCount(state, widths, Math.max(...widths));
  if (count <= 1) {
    return entries;
  }
  const columns = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...widths.filter((_width, index) => index % count === column))
  );
  const toRight = values.every(isNumeric);
  const lines = [];
  for (let row = 0; row < cells.length; row += count) {
    lines.push(line(cells.slice(row, row + count), widths.slice(row), columns, toRight));
  }
  return [...lines, ...rest];
}

function line(cells, widths, columns, toRight) {
  return cells
    .map((cell, index) => {
      const space = ' '.repeat(columns[index] - widths[index]);
      const isLast = index === cells.length - 1;
      if (toRight) {
        return space + cell + (isLast ? '' : ', ');
      }
      return isLast ? cell : `${cell}, ${space}`;
    })
    .join('');
}
