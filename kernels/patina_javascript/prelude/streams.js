/* Streams, of web-streams-polyfill, in the cells' realm. */
import * as streams from 'web-streams-polyfill';
import { TextDecoder as Decoder } from '@exodus/bytes/encoding.js';
import { bytesOf } from './bytes.js';
import { encode } from './encoding.js';
import { expose } from './realm.js';

export const { ReadableStream } = streams;
const { TransformStream } = streams;

class TextEncoderStream {
  #stream = new TransformStream({
    transform: (chunk, controller) => controller.enqueue(encode(String(chunk)))
  });

  get encoding() {
    return 'utf-8';
  }
  get readable() {
    return this.#stream.readable;
  }
  get writable() {
    return this.#stream.writable;
  }
}

class TextDecoderStream {
  #decoder;
  #stream;
  constructor(label = 'utf-8', options = {}) {
    const decoder = new Decoder(String(label), {
      fatal: Boolean(options?.fatal),
      ignoreBOM: Boolean(options?.ignoreBOM)
    });
    const pass = (text, controller) => (text === '' ? undefined : controller.enqueue(text));
    this.#decoder = decoder;
    this.#stream = new TransformStream({
      transform: (chunk, controller) =>
        pass(decoder.decode(bytesOf(chunk, 'a chunk'), { stream: true }), controller),
      flush: controller => pass(decoder.decode(), controller)
    });
  }

  get encoding() {
    return this.#decoder.encoding;
  }
  get readable() {
    return this.#stream.readable;
  }
  get writable() {
    return this.#stream.writable;
  }
}

export function install() {
  for (const [name, Class] of Object.entries(streams)) {
    expose(name, Class);
  }
  expose('TextEncoderStream', TextEncoderStream);
  expose('TextDecoderStream', TextDecoderStream);
}
