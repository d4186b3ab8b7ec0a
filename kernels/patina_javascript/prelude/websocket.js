/* WebSocket: https://websockets.spec.whatwg.org/; the host connects. */
import { call, currentCell, start } from './host.js';
import { Blob, blobBytes } from './blob.js';
import { bytesOf, isBytes } from './bytes.js';
import { encode } from './encoding.js';
import { Event, EventTarget } from './events.js';
import { report } from './promises.js';
import { expose, hand, U } from './realm.js';
import { URL } from './url.js';

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
const STATES = { CONNECTING, OPEN, CLOSING, CLOSED };
const ABNORMAL = 1006;

export class MessageEvent extends Event {
  #of;
  constructor(type, options) {
    super(type, options);
    this.#of = { data: null, origin: '', lastEventId: '', ...options };
  }

  get data() {
    return this.#of.data;
  }
  get origin() {
    return this.#of.origin;
  }
  get lastEventId() {
    return this.#of.lastEventId;
  }
}

export class CloseEvent extends Event {
  #of;
  constructor(type, options) {
    super(type, options);
    this.#of = { code: 0, reason: '', wasClean: false, ...options };
  }

  get code() {
    return this.#of.code;
  }
  get reason() {
    return this.#of.reason;
  }
  get wasClean() {
    return this.#of.wasClean;
  }
}

function urlOf(given) {
  const url = URL.canParse(String(given)) ? new URL(String(given)) : null;
  const scheme = { 'http:': 'ws:', 'https:': 'wss:' }[url?.protocol] ?? url?.protocol;
  if (url === null || !['ws:', 'wss:'].includes(scheme) || url.hash !== '') {
    throw new U.DOMException(
      `a WebSocket has a ws: or wss: URL without a fragment; got ${JSON.stringify(String(given))}`,
      'SyntaxError'
    );
  }
  return `${scheme}${url.href.slice(url.protocol.length)}`;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function protocolsOf(given) {
  const names = typeof given === 'string' ? [given] : [...given].map(String);
  if (new Set(names).size < names.length || !names.every(name => TOKEN.test(name))) {
    throw new U.DOMException('subprotocols are different names of tokens', 'SyntaxError');
  }
  return names;
}

const isCloseCode = code => code === 1000 || (code >= 3000 && code <= 4999);
const MOST_REASON = 123;

export class WebSocket extends EventTarget {
  #of = { url: '', protocol: '', state: CONNECTING, id: null, cell: currentCell() };
  #closing = null;
  #binaryType = 'blob';
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;

  constructor(url, protocols = []) {
    super();
    this.#of.url = urlOf(url);
    const asked = { url: this.#of.url, protocols: protocolsOf(protocols) };
    for (const key of ['onopen', 'onmessage', 'onerror', 'onclose']) {
      Object.defineProperty(this, key, { enumerable: false });
    }
    this.#run(asked);
  }

  get url() {
    return this.#of.url;
  }
  get protocol() {
    return this.#of.protocol;
  }
  get extensions() {
    return '';
  }
  get readyState() {
    return this.#of.state;
  }
  get bufferedAmount() {
    return 0;
  }
  get binaryType() {
    return this.#binaryType;
  }
  set binaryType(type) {
    if (type === 'blob' || type === 'arraybuffer') {
      this.#binaryType = type;
    }
  }

  send(data) {
    if (this.#of.state === CONNECTING) {
      throw new U.DOMException('the connection is not open yet', 'InvalidStateError');
    }
    if (this.#of.state !== OPEN) {
      return;
    }
    const { id } = this.#of;
    if (data instanceof Blob) {
      call('socket.send', { id }, blobBytes(data));
    } else if (isBytes(data)) {
      call('socket.send', { id }, bytesOf(data));
    } else {
      call('socket.send', { id, text: String(data).toWellFormed() });
    }
  }

  close(code, reason) {
    if (code !== undefined && !isCloseCode(Number(code))) {
      throw new U.DOMException(
        `a socket is closed with the code 1000 or 3000 to 4999; got ${code}`,
        'InvalidAccessError'
      );
    }
    if (reason !== undefined && encode(String(reason)).length > MOST_REASON) {
      throw new U.DOMException(`a reason has at most ${MOST_REASON} bytes`, 'SyntaxError');
    }
    const isOpen = this.#of.state === OPEN;
    if (isOpen || this.#of.state === CONNECTING) {
      this.#of.state = CLOSING;
      this.#closing = { code: code ?? 1000, reason: String(reason ?? '') };
    }
    if (isOpen) {
      call('socket.close', { id: this.#of.id, ...this.#closing });
    }
  }

  /** From the connection to its end: each step goes on when the host has something to tell. */
  async #run(asked) {
    try {
      await this.#connect(asked);
      this.#end(await this.#receive());
    } catch {
      this.#tell(new Event('error'));
      this.#end({ code: ABNORMAL, reason: '' });
    }
  }

  async #connect(asked) {
    const { value } = await start('socket.open', asked).promise;
    Object.assign(this.#of, value);
    if (this.#closing !== null) {
      call('socket.close', { id: value.id });
      throw new U.Error('it was closed before it was open');
    }
    this.#of.state = OPEN;
    this.#tell(new Event('open'));
  }

  async #receive() {
    const { origin } = new URL(this.#of.url);
    for (;;) {
      const { value, bytes } = await start('socket.read', { id: this.#of.id }).promise;
      if (value.code !== undefined) {
        return value;
      }
      if (this.#of.state === OPEN) {
        const data = value.text ?? this.#binary(bytes);
        this.#tell(new MessageEvent('message', { data, origin }));
      }
    }
  }

  #binary(bytes) {
    return this.#binaryType === 'blob' ? new Blob([bytes]) : hand(bytes);
  }

  #end({ code, reason }) {
    this.#of.state = CLOSED;
    this.#tell(new CloseEvent('close', { code, reason, wasClean: code !== ABNORMAL }));
  }

  #tell(event) {
    try {
      const on = this[`on${event.type}`];
      if (typeof on === 'function') {
        Reflect.apply(on, this, [event]);
      }
    } catch (error) {
      report(error, 'in event listener', this.#of.cell);
    }
    this.dispatchEvent(event);
  }
}

export function install() {
  for (const target of [WebSocket, WebSocket.prototype]) {
    for (const [name, value] of Object.entries(STATES)) {
      Object.defineProperty(target, name, { value, enumerable: true });
    }
  }
  for (const [name, Class] of Object.entries({ MessageEvent, CloseEvent, WebSocket })) {
    expose(name, Class);
  }
}
