/* Random values and digests, of the host. */
import { callBytes } from './host.js';
import { bytesOf } from './bytes.js';
import { brand, isTypedArray } from './format/look.js';
import { expose, U, userObject } from './realm.js';

const MOST = 65536;
const INTEGERS = /^(?:Big)?(?:Int|Uint)/;

export const randomBytes = count => new Uint8Array(callBytes('random.bytes', { n: count }).bytes);

export function getRandomValues(view) {
  if (!isTypedArray(view) || !INTEGERS.test(brand(view))) {
    throw new U.DOMException('getRandomValues needs an array of integers', 'TypeMismatchError');
  }
  if (view.byteLength > MOST) {
    throw new U.DOMException(
      `getRandomValues gives at most ${MOST} bytes at once; ${view.byteLength} were asked for`,
      'QuotaExceededError'
    );
  }
  bytesOf(view).set(randomBytes(view.byteLength));
  return view;
}

export function randomUUID() {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toHex();
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20)
  ].join('-');
}

const subtle = {
  async digest(algorithm, data) {
    const name = typeof algorithm === 'string' ? algorithm : algorithm?.name;
    return callBytes('crypto.digest', { algorithm: String(name) }, bytesOf(data, 'the data')).bytes;
  }
};

export function install() {
  const object = { getRandomValues: view => getRandomValues(view), randomUUID: () => randomUUID() };
  expose('crypto', object);
  Object.defineProperty(object, 'subtle', {
    value: userObject(subtle),
    enumerable: true,
    configurable: true
  });
}
