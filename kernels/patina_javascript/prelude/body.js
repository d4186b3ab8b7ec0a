/* Bodies of requests and responses, and Blob. */
import { ReadableStream } from './streams.js';
import { bytesOf, isBytes, joined } from './bytes.js';
import { decode, encode } from './encoding.js';
import { U } from './realm.js';
import { URLSearchParams } from './url.js';

const parseJson = U.JSON.parse;
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

const blobBytes = Blob.bytesOf;
delete Blob.bytesOf;

function partBytes(part) {
  if (part instanceof Blob) {
    return blobBytes(part);
  }
  return isBytes(part) ? bytesOf(part) : encode(String(part));
}

/** A stream of bytes that are there already. */
function streamOf(bytes) {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) {
        controller.enqueue(asUserBytes(bytes.slice()));
      }
      controller.close();
    }
  });
}

const isStream = value => value instanceof ReadableStream;

/** What somebody gave as a body: { bytes?, stream?, type }. */
export function bodyFrom(given) {
  if (given === undefined || given === null) {
    return { type: null };
  }
  if (isStream(given)) {
    return { stream: given, type: null };
  }
  if (given instanceof Blob) {
    return { bytes: blobBytes(given), type: given.type || null };
  }
  if (isBytes(given)) {
    return { bytes: bytesOf(given).slice(), type: null };
  }
  const isParams = given instanceof URLSearchParams;
  return {
    bytes: encode(String(given)),
    type: isParams ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'text/plain;charset=UTF-8'
  };
}

async function collect(stream) {
  const reader = stream.getReader();
  const chunks = [];
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    chunks.push(bytesOf(step.value, 'a chunk of a body'));
  }
  return joined(chunks);
}

/** A request or a response: a body that is read once. */
export class Body {
  #bytes;
  #stream;
  #isUsed = false;

  constructor({ bytes, stream }) {
    this.#bytes = bytes;
    this.#stream = stream;
  }

  get body() {
    if (this.#stream === undefined && this.#bytes !== undefined) {
      this.#stream = streamOf(this.#bytes);
      this.#bytes = undefined;
    }
    return this.#stream ?? null;
  }

  get bodyUsed() {
    return this.#isUsed;
  }

  #take() {
    if (this.#isUsed || this.#stream?.locked) {
      throw new U.TypeError('this body has been read already; clone() it before, to read it twice');
    }
    this.#isUsed = this.#bytes !== undefined || this.#stream !== undefined;
  }

  async #whole() {
    this.#take();
    if (this.#stream !== undefined) {
      return collect(this.#stream);
    }
    return this.#bytes ?? new Uint8Array(0);
  }

  async bytes() {
    return (await this.#whole()).slice();
  }

  async arrayBuffer() {
    return (await this.#whole()).slice().buffer;
  }

  async text() {
    return decode(await this.#whole());
  }

  async json() {
    return parseJson(await this.text());
  }

  async blob() {
    return new Blob([await this.#whole()], { type: this.headers?.get('content-type') ?? '' });
  }

  /** Two bodies of one: this keeps the first. */
  static split(owner) {
    if (owner.#isUsed || owner.#stream?.locked) {
      throw new U.TypeError('a body that is being read cannot be cloned');
    }
    if (owner.#stream === undefined) {
      return { bytes: owner.#bytes };
    }
    const [first, second] = owner.#stream.tee();
    owner.#stream = first;
    return { stream: second };
  }
}

export const splitBody = Body.split;
delete Body.split;
