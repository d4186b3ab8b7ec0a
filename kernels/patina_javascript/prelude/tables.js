/* Tables: what has rows and columns, as text and as HTML. Shape: { index, columns, rows, total },
 * where `index` names the rows, each row is a list of values as long as `columns`, ABSENT where
 * it has none, and `total` counts the rows, of which the first ROWS are there. */
import { inspect } from './format.js';
import { brand, isTypedArray, own, plain, shownKeys } from './format/look.js';
import { width } from './format/text.js';
import { isProxy } from './host.js';

const ROWS = 100;
const COLUMNS = 50;
const ABSENT = Symbol('absent');
const VALUE = 'Values';

const isObject = value => typeof value === 'object' && value !== null && !isProxy(value);
const isList = value => Array.isArray(value) || isTypedArray(value);
const isRecord = value => isObject(value) && ['Object', 'Array'].includes(brand(value));

const sizeOf = data => {
  const kind = brand(data);
  return isList(data)
    ? data.length
    : kind === 'Map'
      ? mapSize.call(data)
      : kind === 'Set'
        ? setSize.call(data)
        : null;
};
const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get;
const setSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size').get;

/* The entries of a collection: [name of the row, value]; of a list no more than are shown. */
function entriesOf(data) {
  switch (isList(data) ? 'List' : brand(data)) {
    case 'List':
      return Array.from({ length: Math.min(data.length, ROWS) }, (_, at) => [
        String(at),
        isTypedArray(data) ? data[at] : own(data, at)
      ]);
    case 'Map':
      return taken(data, Map.prototype.forEach).map(([key, value]) => [cellText(key), value]);
    case 'Set':
      return taken(data, Set.prototype.forEach).map(([, value], at) => [String(at), value]);
    default:
      return shownKeys(data).map(key => [String(key), own(data, key)]);
  }
}

/* The iterators of the cells' realm may be broken: forEach is not. */
function taken(data, forEach) {
  const found = [];
  forEach.call(data, (value, key) => found.push([key, value]));
  return found;
}

function columnsOf(entries, wanted) {
  if (Array.isArray(wanted)) {
    return Array.prototype.map.call(wanted, String);
  }
  const names = new Set();
  for (const [, row] of entries) {
    if (isRecord(row)) {
      shownKeys(row).forEach(key => names.add(key));
    }
  }
  return [...names].slice(0, COLUMNS);
}

const valueAt = (row, key) => (isRecord(row) && Object.hasOwn(row, key) ? own(row, key) : ABSENT);

/** The table in any collection of values or records; null when `data` is no collection. */
export function readTable(data, wanted) {
  if (!isObject(data)) {
    return null;
  }
  const all = entriesOf(data);
  const entries = all.slice(0, ROWS);
  const columns = columnsOf(entries, wanted);
  const hasValues = entries.some(([, row]) => !isRecord(row));
  const rows = entries.map(([, row]) => [
    ...columns.map(key => valueAt(row, key)),
    ...(hasValues ? [isRecord(row) ? ABSENT : row] : [])
  ]);
  return {
    index: entries.map(([name]) => name),
    columns: [
      ...columns.map(key => (typeof key === 'symbol' ? key.toString() : key)),
      ...(hasValues ? [VALUE] : [])
    ],
    rows,
    total: sizeOf(data) ?? all.length
  };
}

/** Whether a value is a list of records: what is shown as a table without being asked. */
export function isRecords(value) {
  return (
    Array.isArray(value) &&
    !isProxy(value) &&
    value.length > 0 &&
    Array.from({ length: Math.min(value.length, ROWS) }, (_, at) => own(value, at)).every(
      isPlainRecord
    )
  );
}

function isPlainRecord(value) {
  return (
    isObject(value) &&
    brand(value) === 'Object' &&
    shownKeys(value).length > 0 &&
    plain(value, Symbol.iterator) === undefined
  );
}

function isArrow(value) {
  return (
    typeof value.numRows === 'number' &&
    Array.isArray(value.schema?.fields) &&
    typeof value.getChild === 'function'
  );
}

const isArquero = value =>
  typeof value.columnNames === 'function' &&
  typeof value.numRows === 'function' &&
  typeof value.get === 'function';

function columnar(columns, total, at) {
  const shown = columns.slice(0, COLUMNS);
  const count = Math.min(total, ROWS);
  return {
    index: Array.from({ length: count }, (_, row) => String(row)),
    columns: shown,
    rows: Array.from({ length: count }, (_, row) => shown.map(name => at(name, row))),
    total
  };
}

function arrowTable(value) {
  const columns = Array.from(value.schema.fields, field => String(field.name));
  const vectors = new Map(columns.map(name => [name, value.getChild(name)]));
  return columnar(columns, value.numRows, (name, row) => {
    const vector = vectors.get(name);
    return typeof vector.get === 'function' ? vector.get(row) : vector.at(row);
  });
}

const arqueroTable = value =>
  columnar(Array.from(value.columnNames(), String), value.numRows(), (name, row) =>
    value.get(name, row)
  );

/** The table in an Arrow or Arquero table, by its methods; null when `value` is none. */
export function readDataFrame(value) {
  if (!isObject(value) || brand(value) !== 'Object' || plain(value, 'constructor') === Object) {
    return null;
  }
  try {
    return isArrow(value) ? arrowTable(value) : isArquero(value) ? arqueroTable(value) : null;
  } catch {
    return null; // it only looked like one: it is shown as the object it is
  }
}

const cellText = value => {
  if (value === ABSENT) {
    return '';
  }
  return typeof value === 'string' ? value : inspect(value, { depth: 0, breakLength: Infinity });
};

const quotedCell = value =>
  value === ABSENT ? '' : inspect(value, { depth: 0, breakLength: Infinity, quote: true });

const rule = (widths, [left, middle, right]) =>
  left + widths.map(one => '─'.repeat(one + 2)).join(middle) + right;

/** A table in box-drawing characters, as Node's console.table draws it. */
export function textTable({ index, columns, rows, total }) {
  const lines = [
    ['(index)', ...columns],
    ...rows.map((row, at) => [index[at], ...row.map(quotedCell)])
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map(line => width(line[column]))));
  const drawn = lines.map(
    line => `│ ${line.map((text, at) => text + ' '.repeat(widths[at] - width(text))).join(' │ ')} │`
  );
  const more = total > rows.length ? [`... ${total - rows.length} more rows`] : [];
  return [
    rule(widths, '┌┬┐'),
    drawn[0],
    rule(widths, '├┼┤'),
    ...drawn.slice(1),
    rule(widths, '└┴┘'),
    ...more
  ].join('\n');
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text as HTML has it. */
export const escapeHtml = text => text.replace(/[&<>"']/g, char => ENTITIES[char]);

const isNumeric = value => typeof value === 'number' || typeof value === 'bigint';

function htmlCell(value) {
  const side = isNumeric(value) || value === ABSENT ? '' : ' style="text-align: left"';
  return `<td${side}>${escapeHtml(cellText(value))}</td>`;
}

/** A table in HTML; the rows that are left out are counted below it. */
export function htmlTable({ index, columns, rows, total }) {
  const head = columns.map(name => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = rows.map(
    (row, at) =>
      `<tr><th scope="row">${escapeHtml(index[at])}</th>${row.map(htmlCell).join('')}</tr>`
  );
  const table = `<table><thead><tr><td></td>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
  return total > rows.length
    ? `${table}<p>${total} rows; the first ${rows.length} are shown</p>`
    : table;
}
