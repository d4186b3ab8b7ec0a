/* TextEncoder and TextDecoder, with all encodings of the Encoding Standard. What is long goes
 * through the host, which has UTF-8 in native code. */
import { TextDecoder as Decoder, TextEncoder as Encoder } from '@exodus/bytes/encoding.js';
import { call, callBytes } from './host.js';
import { bytesOf } from './bytes.js';
import { expose } from './realm.js';

const LONG = 4096;
const encoder = new Encoder();

/** The UTF-8 bytes of a text. */
export function encode(text) {
  if (text.length < LONG) {
    return encoder.encode(text);
  }
  return new Uint8Array(callBytes('text.encode', text.toWellFormed()).bytes);
}

/** The text of UTF-8 bytes; what is no UTF-8 becomes U+FFFD. A leading byte order mark is left out. */
export function decode(bytes) {
  return bytes.byteLength < LONG ? new Decoder().decode(bytes) : call('text.decode', {}, bytes);
}

class TextEncoder {
  get encoding() {
    return 'utf-8';
  }

  encode(text = '') {
    return encode(String(text));
  }

  encodeInto(text, target) {
    return encoder.encodeInto(String(text), bytesOf(target, 'the target'));
  }
}

class TextDecoder {
  #decoder;
  #isStreaming = false;
  constructor(label = 'utf-8', options = {}) {
    const { fatal = false, ignoreBOM = false } = options ?? {};
    this.#decoder = new Decoder(String(label), {
      fatal: Boolean(fatal),
      ignoreBOM: Boolean(ignoreBOM)
    });
  }

  get encoding() {
    return this.#decoder.encoding;
  }

  get fatal() {
    return this.#decoder.fatal;
  }

  get ignoreBOM() {
    return this.#decoder.ignoreBOM;
  }

  #isPlain() {
    return this.encoding === 'utf-8' && !this.fatal && !this.ignoreBOM;
  }

  decode(input, options) {
    const bytes = input === undefined ? new Uint8Array(0) : bytesOf(input, 'the input');
    const stream = Boolean(options?.stream);
    const isWhole = !stream && !this.#isStreaming;
    this.#isStreaming = stream;
    return isWhole && this.#isPlain() ? decode(bytes) : this.#decoder.decode(bytes, { stream });
  }
}

export function install() {
  expose('TextEncoder', TextEncoder);
  expose('TextDecoder', TextDecoder);
}
