/* Request and Response: https://fetch.spec.whatwg.org/ */
import { Body, bodyFrom, splitBody } from './body.js';
import { Headers } from './headers.js';
import { U } from './realm.js';
import { URL } from './url.js';

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
const NO_BODY = [101, 103, 204, 205, 304];

function withType(headers, type) {
  const made = new Headers(headers);
  if (type !== null && !made.has('content-type')) {
    made.set('content-type', type);
  }
  return made;
}

function methodOf(given) {
  const text = String(given);
  return METHODS.includes(text.toUpperCase()) ? text.toUpperCase() : text;
}

function urlOf(given) {
  if (URL.canParse(String(given))) {
    return new URL(String(given)).href;
  }
  throw new U.TypeError(
    `fetch needs a whole URL (https://...); got ${JSON.stringify(String(given).slice(0, 100))}. ` +
      'Files of the notebook are read with fs.readFileSync'
  );
}

export class Request extends Body {
  #of;
  constructor(input, init = {}) {
    const from = input instanceof Request ? input : null;
    const given = bodyFrom(init.body);
    const hasBody = given.bytes !== undefined || given.stream !== undefined;
    const method = methodOf(init.method ?? from?.method ?? 'GET');
    if (hasBody && (method === 'GET' || method === 'HEAD')) {
      throw new U.TypeError(`a ${method} request has no body`);
    }
    super(hasBody || from === null ? given : splitBody(from));
    this.#of = {
      url: from?.url ?? urlOf(input),
      method,
      headers: withType(init.headers ?? from?.headers, given.type),
      redirect: String(init.redirect ?? from?.redirect ?? 'follow'),
      signal: init.signal ?? from?.signal ?? null
    };
  }

  get url() {
    return this.#of.url;
  }
  get method() {
    return this.#of.method;
  }
  get headers() {
    return this.#of.headers;
  }
  get redirect() {
    return this.#of.redirect;
  }
  get signal() {
    return this.#of.signal;
  }

  clone() {
    return new Request(this);
  }
}

export class Response extends Body {
  #of;
  constructor(given, init = {}) {
    const body = bodyFrom(given);
    const status = Number(init.status ?? 200);
    if (!(status >= 200 && status <= 599)) {
      throw new U.RangeError(`the status of a Response is between 200 and 599; got ${init.status}`);
    }
    if (NO_BODY.includes(status) && (body.bytes !== undefined || body.stream !== undefined)) {
      throw new U.TypeError(`a response with status ${status} has no body`);
    }
    super(body);
    this.#of = {
      status,
      statusText: String(init.statusText ?? ''),
      headers: withType(init.headers, body.type),
      url: '',
      redirected: false,
      type: 'default'
    };
  }

  get status() {
    return this.#of.status;
  }
  get statusText() {
    return this.#of.statusText;
  }
  get ok() {
    return this.status >= 200 && this.status <= 299;
  }
  get headers() {
    return this.#of.headers;
  }
  get url() {
    return this.#of.url;
  }
  get redirected() {
    return this.#of.redirected;
  }
  get type() {
    return this.#of.type;
  }

  clone() {
    const body = splitBody(this);
    const made = new Response(body.stream ?? body.bytes ?? null);
    made.#of = { ...this.#of, headers: new Headers(this.headers) };
    return made;
  }

  static json(value, init = {}) {
    const headers = withType(init.headers, 'application/json');
    return new Response(stringify(value), { ...init, headers });
  }

  static redirect(url, status = 302) {
    return new Response(null, { status, headers: { location: urlOf(url) } });
  }

  static error() {
    const made = new Response(null);
    made.#of = { ...made.#of, status: 0, type: 'error' };
    return made;
  }

  /** The response of a server. */
  static received(of, stream) {
    const made = new Response(NO_BODY.includes(of.status) ? null : stream);
    made.#of = { ...of, headers: new Headers(of.headers), type: 'basic' };
    return made;
  }

  [CUSTOM](depth, options, inspect) {
    const { status, statusText, url, redirected, headers } = this;
    return `Response ${inspect({ status, statusText, ok: this.ok, url, redirected, headers, bodyUsed: this.bodyUsed }, options)}`;
  }
}

const stringify = U.JSON.stringify;
export const received = Response.received;
delete Response.received;
