import type { TranslationBundle } from '@jupyterlab/translation';
import * as decoding from 'lib0/decoding';
import type { WebsocketProvider } from 'y-websocket';
import type * as wire from '../wire';
import { PatinaError } from './error';

/** The first byte of the frames of requests and of replies; see docs/reference/api.md. */
const REQUEST = 80;

/** The socket was closed before the answer: whether the request has arrived is not known. */
export class SocketLost extends Error {}

/** What of y-websocket's provider carries requests. */
type Socket = Pick<WebsocketProvider, 'ws' | 'wsconnected' | 'messageHandlers'>;

interface IAsked {
  answered(reply: wire.SocketReply): void;
  lost(): void;
}

/**
 * Requests through the socket of one connection to the runs document.
 *
 * It is open already: a request over HTTP would leave the page some milliseconds later.
 */
export class SocketRequests {
  constructor(
    private readonly _socket: Socket,
    private readonly _trans: TranslationBundle
  ) {
    _socket.messageHandlers[REQUEST] = (_, decoder) => this._hear(decoder);
  }

  /** Null when the socket is not open. Rejects with a `PatinaError`, or with `SocketLost`. */
  execute(
    run: string,
    execute: wire.Execute
  ): Promise<readonly wire.OutputCell[]> | null {
    const { ws, wsconnected } = this._socket;
    if (!ws || !wsconnected || ws.readyState !== ws.OPEN) {
      return null;
    }
    const request: wire.SocketRequest = { id: ++this._last, run, execute };
    ws.send(frame(request));
    return new Promise((resolve, reject) =>
      this._asked.set(request.id, {
        answered: reply =>
          reply.problem
            ? reject(PatinaError.told(reply.status, reply.problem, this._trans))
            : resolve(reply.cells ?? []),
        lost: () => reject(new SocketLost())
      })
    );
  }

  /** The socket is closed: nothing that was asked is answered any more. */
  lose(): void {
    const asked = [...this._asked.values()];
    this._asked.clear();
    asked.forEach(one => one.lost());
  }

  private _hear(decoder: decoding.Decoder): void {
    const text = new TextDecoder().decode(
      decoding.readTailAsUint8Array(decoder)
    );
    const reply = JSON.parse(text) as wire.SocketReply;
    const asked = this._asked.get(reply.id);
    this._asked.delete(reply.id);
    asked?.answered(reply);
  }

  private _last = 0;
  private readonly _asked = new Map<number, IAsked>();
}

function frame(request: wire.SocketRequest): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(request));
  const bytes = new Uint8Array(json.length + 1);
  bytes[0] = REQUEST;
  bytes.set(json, 1);
  return bytes;
}
