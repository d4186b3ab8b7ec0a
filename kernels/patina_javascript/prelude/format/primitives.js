/* Values that are not objects, and the headings of functions. */
import { constructorName, own, tagOf } from './look.js';
import { numberText, quote, symbolText } from './text.js';

const MIN_SPLIT = 16;

function stringText(state, value) {
  const rest = value.length - state.maxStringLength;
  const trailer = rest > 0 ? `... ${rest} more character${rest > 1 ? 's' : ''}` : '';
  const shown = rest > 0 ? value.slice(0, state.maxStringLength) : value;
  if (shown.length > MIN_SPLIT && shown.length > state.breakLength - state.indentation - 4) {
    const joint = ` +\n${' '.repeat(state.indentation + 2)}`;
    return (
      shown
        .split(/(?<=\n)/)
        .map(quote)
        .join(joint) + trailer
    );
  }
  return quote(shown) + trailer;
}

/** The text of a string, number, bigint, boolean, symbol, undefined or null. */
export function primitiveText(state, value) {
  switch (typeof value) {
    case 'string':
      return stringText(state, value);
    case 'number':
      return numberText(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return symbolText(value);
    default:
      return String(value);
  }
}

const toString = Function.prototype.toString;

function classText(object, name) {
  const parent = Object.getPrototypeOf(object);
  const parentName = parent === null ? null : own(parent, 'name');
  const above = parentName === null ? 'null prototype' : parentName;
  return `[class ${name || '(anonymous)'}${above ? ` extends ${above}` : ''}]`;
}

/** `[Function: name]`, `[AsyncFunction: name]`, `[class Name extends Parent]` ... */
export function functionText(object) {
  const name = typeof own(object, 'name') === 'string' ? own(object, 'name') : '';
  const source = toString.call(object);
  if (source.startsWith('class')) {
    return classText(object, name);
  }
  const kind = constructorName(object) ?? 'Function';
  const base = `[${kind}${name === '' ? ' (anonymous)' : `: ${name}`}]`;
  const tag = tagOf(object);
  return tag === '' || tag === kind ? base : `${base} [${tag}]`;
}

/** `Name(size) [Tag] `, before the braces. */
export function prefix(object, fallback, size = '') {
  const name = constructorName(object);
  const tag = tagOf(object);
  const shownTag = tag !== '' && tag !== (name ?? fallback) ? ` [${tag}]` : '';
  return name === null
    ? `[${fallback}${size}: null prototype]${shownTag} `
    : `${name}${size}${shownTag} `;
}
