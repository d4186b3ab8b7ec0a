/* Bodies of requests and responses. */
import { Blob, blobBytes, streamOf } from './blob.js';
import { randomUUID } from './crypto.js';
import { FormData, formOf, multipart } from './formdata.js';
import { ReadableStream } from './streams.js';
import { bytesOf, isBytes, joined } from './bytes.js';
import { decode, encode } from './encoding.js';
import { U } from './realm.js';
import { URLSearchParams } from './url.js';

const parseJson = U.JSON.parse;
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
  if (given instanceof FormData) {
    return multipart(given, randomUUID());
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

  async formData() {
    return formOf(await this.#whole(), this.headers?.get('content-type') ?? '');
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
