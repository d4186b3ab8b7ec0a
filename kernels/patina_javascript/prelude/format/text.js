/* Strings and names as a JavaScript source would have them, in the manner of Node's util.inspect. */

const ESCAPES = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\' };
// eslint-disable-next-line no-control-regex -- what has no glyph is escaped
const SPECIAL = /[\x00-\x1f\\\x7f-\x9f]|\p{Surrogate}/gu;
const IDENTIFIER = /^[a-zA-Z_][a-zA-Z_0-9]*$/;

const hex = (char, digits) => char.charCodeAt(0).toString(16).toUpperCase().padStart(digits, '0');

function escaped(char) {
  if (char >= '\ud800' && char <= '\udfff') {
    return `\\u${hex(char, 4)}`;
  }
  return ESCAPES[char] ?? `\\x${hex(char, 2)}`;
}

/* The quotation mark that needs the fewest escapes. */
function quotationMark(text) {
  if (!text.includes("'")) {
    return "'";
  }
  if (!text.includes('"')) {
    return '"';
  }
  return text.includes('`') || text.includes('${') ? "'" : '`';
}

/** A string literal. */
export function quote(text) {
  const mark = quotationMark(text);
  const inside = text.replace(SPECIAL, escaped);
  return mark + (mark === "'" ? inside.replaceAll("'", "\\'") : inside) + mark;
}

/** The name of a property, before the colon. */
export function keyText(key, enumerable) {
  const bare = typeof key === 'symbol' ? symbolText(key) : key;
  if (!enumerable || typeof key === 'symbol') {
    return `[${bare}]`;
  }
  return IDENTIFIER.test(key) && key !== '__proto__' ? key : nameText(key);
}

const nameText = key => (key === '__proto__' ? "['__proto__']" : quote(key));

export const symbolText = symbol => Symbol.prototype.toString.call(symbol);

export const numberText = number => (Object.is(number, -0) ? '-0' : String(number));

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/gu;
const NO_WIDTH = /\p{Mn}|\p{Variation_Selector}|[\u200b-\u200f]/gu;

/** Columns that a text takes in a fixed-width font. */
export function width(text) {
  if (/^[\x20-\x7e]*$/.test(text)) {
    return text.length;
  }
  const seen = text.normalize('NFC').replace(NO_WIDTH, '');
  return [...seen].length + (seen.match(WIDE)?.length ?? 0);
}
