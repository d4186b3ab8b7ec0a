/* Blob and File: https://w3c.github.io/FileAPI/ */
import { ReadableStream } from './streams.js';
import { bytesOf, isBytes, joined } from './bytes.js';
import { decode, encode } from './encoding.js';
import { U } from './realm.js';

const asUserBytes = bytes => Object.setPrototypeOf(bytes, U.Uint8Array.prototype);

export class Blob {
  #bytes;
  #type;
  constructor(parts = [], options) {
    this.#bytes = joined([...parts].map(partBytes));
    this.#type = String(options?.type ?? '').toLowerCase();
  }

  get size() {
    return this.#bytes.byteLength;
  }
  get type() {
    return this.#type;
  }

  slice(start = 0, end = this.size, type = '') {
    return new Blob([this.#bytes.slice(start, end)], { type });
  }

  async arrayBuffer() {
    return this.#bytes.slice().buffer;
  }

  async bytes() {
    return this.#bytes.slice();
  }

  async text() {
    return decode(this.#bytes);
  }

  stream() {
    return streamOf(this.#bytes);
  }

  static bytesOf(blob) {
    return blob.#bytes;
  }
}

export const blobBytes = Blob.bytesOf;
delete Blob.bytesOf;

export class File extends Blob {
  #name;
  #lastModified;
  constructor(parts, name, options) {
    if (name === undefined) {
      throw new U.TypeError('a File has a name, its second argument');
    }
    super(parts, options);
    this.#name = String(name).toWellFormed();
    this.#lastModified = Number(options?.lastModified ?? Date.now());
  }

  get name() {
    return this.#name;
  }
  get lastModified() {
    return this.#lastModified;
  }
}

function partBytes(part) {
  if (part instanceof Blob) {
    return blobBytes(part);
  }
  return isBytes(part) ? bytesOf(part) : encode(String(part));
}

/** A stream of bytes that are there already. */
export function streamOf(bytes) {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) {
        controller.enqueue(asUserBytes(bytes.slice()));
      }
      controller.close();
    }
  });
}
