import { nullTranslator } from '@jupyterlab/translation';
import { expect, test } from 'vitest';
import * as decoding from 'lib0/decoding';
import type { WebsocketProvider } from 'y-websocket';
import type * as wire from '../wire';
import { PatinaError } from './error';
import { SocketLost, SocketRequests } from './socketrequests';

const REQUEST = 80;

/** An open socket, as y-websocket has it: what is sent, and a way to be answered. */
class Socket {
  readonly sent: wire.SocketRequest[] = [];
  readonly messageHandlers: WebsocketProvider['messageHandlers'] = [];
  wsconnected = true;

  readonly ws = {
    OPEN: 1,
    readyState: 1,
    send: (frame: Uint8Array) => {
      expect(frame[0]).toBe(REQUEST);
      const json = new TextDecoder().decode(frame.subarray(1));
      this.sent.push(JSON.parse(json) as wire.SocketRequest);
    }
  } as unknown as WebSocket;

  answer(reply: wire.SocketReply): void {
    const bytes = new TextEncoder().encode(JSON.stringify(reply));
    const decoder = decoding.createDecoder(bytes);
    const provider = this as unknown as WebsocketProvider;
    const none = undefined as never;
    this.messageHandlers[REQUEST](none, decoder, provider, true, REQUEST);
  }
}

function start() {
  const socket = new Socket();
  const requests = new SocketRequests(
    socket,
    nullTranslator.load('patina_lab')
  );
  const ask = (request: string) =>
    requests.execute('run', { cells: [{ id: 'é' }], request_id: request })!;
  return { socket, requests, ask };
}

const cell = { seq: 1 } as wire.OutputCell;

test('a request is sent at once, and each gets its own answer', async () => {
  const { socket, ask } = start();
  const [first, second] = [ask('one'), ask('two')];
  expect(socket.sent.map(({ execute }) => execute.request_id)).toEqual([
    'one',
    'two'
  ]);
  expect(socket.sent[0].execute.cells).toEqual([{ id: 'é' }]);
  socket.answer({ id: socket.sent[1].id, status: 200, cells: [] });
  socket.answer({ id: socket.sent[0].id, status: 200, cells: [cell] });
  expect(await second).toEqual([]);
  expect(await first).toEqual([cell]);
});

test('what the server refuses is rejected with what it says', async () => {
  const { socket, ask } = start();
  const asked = ask('one');
  const problem = { message: 'No', reason: 'why', hint: 'what to do' };
  socket.answer({ id: socket.sent[0].id, status: 409, problem });
  const error: unknown = await asked.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(PatinaError);
  expect(error).toMatchObject({ status: 409, ...problem });
});

test('a socket that is not open carries nothing', () => {
  const { socket, requests } = start();
  socket.wsconnected = false;
  expect(requests.execute('run', { cells: [], request_id: 'r' })).toBeNull();
  expect(socket.sent).toEqual([]);
});

test('what was not answered when the socket closed is rejected as lost', async () => {
  const { socket, requests, ask } = start();
  const asked = ask('one');
  requests.lose();
  await expect(asked).rejects.toBeInstanceOf(SocketLost);
  // Nobody waits for it any more.
  socket.answer({ id: socket.sent[0].id, status: 200, cells: [] });
});
