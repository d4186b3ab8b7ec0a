/* Bytes, of whichever realm and in whichever view. */
import { brand } from './format/look.js';
import { U } from './realm.js';
import { isProxy } from './host.js';

const isObject = value => typeof value === 'object' && value !== null;
const isBuffer = value =>
  isObject(value) && !isProxy(value) && ['ArrayBuffer', 'SharedArrayBuffer'].includes(brand(value));

export const isBytes = value => ArrayBuffer.isView(value) || isBuffer(value);

/** A view of the bytes of a buffer or a view. Throws a TypeError. */
export function bytesOf(value, what = 'the argument') {
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (isBuffer(value)) {
    return new Uint8Array(value);
  }
  throw new U.TypeError(`${what} must be an ArrayBuffer or a view of one`);
}

/** One array of several; `chunks` are arrays of bytes. */
export function joined(chunks) {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
