/* Where something in the code that runs is in the source that a person wrote.
 *
 * A place is { line, column }, both from 1. `back` is a function from a place in a code to the one
 * in the source that it was made from. */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';

function placeOf(text, offset) {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

function offsetOf(text, { line, column }) {
  let start = 0;
  for (let at = 1; at < line; at++) {
    start = text.indexOf('\n', start) + 1;
  }
  return start + column - 1;
}

/** A source with edits, in order: [start, end, text, and where it stands for, else its start]. */
export function edited(source, edits) {
  const pieces = [];
  let code = '';
  let at = 0;
  const keep = end => {
    pieces.push({ from: code.length, to: at, isKept: true });
    code += source.slice(at, end);
  };
  for (const [start, end, text, origin = start] of edits) {
    keep(start);
    pieces.push({ from: code.length, to: origin, isKept: false });
    code += text;
    at = end;
  }
  keep(source.length);
  const back = place => {
    const offset = offsetOf(code, place);
    const { from, to, isKept } = pieces.findLast(piece => piece.from <= offset) ?? pieces[0];
    return placeOf(source, isKept ? to + offset - from : to);
  };
  return { code, back };
}

/** By a source map, whose lines are those of the source. */
export function mapped(map) {
  let traced;
  return ({ line, column }) => {
    traced ??= new TraceMap(map);
    const found = originalPositionFor(traced, { line, column: column - 1 });
    return found.line === null ? { line, column } : { line: found.line, column: found.column + 1 };
  };
}
