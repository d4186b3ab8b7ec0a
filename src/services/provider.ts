import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { IRunsSource } from '../model/runs';
import type { ConnectionState, IRunsLine } from '../tokens';
import type * as wire from '../wire';
import { SocketRequests } from './socketrequests';

/** Seconds until the first attempt to reconnect; each further one waits twice as long. */
const FIRST_WAIT = 0.25;
const LONGEST_WAIT = 8;
/** How often, in milliseconds, the server is asked for what is missing; silence ends a dead socket. */
const RESYNC = 20_000;

/** Which notebook: its id, and where its file is now. */
export interface INotebookPlace {
  readonly id: string;
  readonly path: () => string;
}

/**
 * Keeps a copy of a notebook's runs document, read-only.
 *
 * Each connection fills a copy of its own. Merging what a restarted server says into an older
 * copy would mix two histories; a fresh copy costs one transfer of the state and cannot.
 */
export class RunsProvider implements IRunsSource, IRunsLine {
  constructor(
    private readonly _place: INotebookPlace,
    private readonly _settings: ServerConnection.ISettings,
    private readonly _trans: TranslationBundle
  ) {
    this._connect();
  }

  get state(): ConnectionState {
    return this._state;
  }

  get stateChanged(): ISignal<this, ConnectionState> {
    return this._stateChanged;
  }

  get document(): Y.Doc | null {
    return this._document;
  }

  get documentChanged(): ISignal<this, Y.Doc> {
    return this._documentChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  execute(
    run: string,
    wanted: wire.Execute
  ): Promise<readonly wire.OutputCell[]> | null {
    const isKnown = this._document?.getMap('runs').has(run) ?? false;
    return (isKnown && this._requests?.execute(run, wanted)) || null;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._drop();
    this._document?.destroy();
    this._become('closed');
    Signal.clearData(this);
  }

  private readonly _connect = (): void => {
    const copy = new Y.Doc();
    const socket = new WebsocketProvider(this._url(), 'runs-document', copy, {
      connect: false,
      params: this._params(),
      WebSocketPolyfill: this._settings.WebSocket,
      resyncInterval: RESYNC,
      disableBc: true
    });
    this._socket = socket;
    this._requests = new SocketRequests(socket, this._trans);
    // Presence belongs to the source; a state here would be sent to the server for nothing.
    socket.awareness.setLocalState(null);
    socket.on('sync', (isSynced: boolean) => isSynced && this._adopt(copy));
    // After the event: y-websocket has still to take note of the end itself.
    socket.on('connection-close', () =>
      queueMicrotask(() => this._lost(socket))
    );
    socket.connect();
  };

  /** Show this copy from now on; it is in step with the server. */
  private _adopt(copy: Y.Doc): void {
    this._attempts = 0;
    if (this._document !== copy) {
      const before = this._document;
      this._document = copy;
      this._documentChanged.emit(copy);
      before?.destroy();
    }
    this._become('connected');
  }

  private _lost(socket: WebsocketProvider): void {
    if (this._isDisposed || socket !== this._socket) {
      return;
    }
    this._drop();
    this._become('reconnecting');
    this._timer = setTimeout(this._connect, this._wait() * 1000);
  }

  /** Half of the wait is left to chance, so that pages do not all come back at once. */
  private _wait(): number {
    const longest = Math.min(FIRST_WAIT * 2 ** this._attempts++, LONGEST_WAIT);
    return longest * (0.5 + Math.random() / 2);
  }

  private _drop(): void {
    const socket = this._socket;
    this._socket = null;
    this._requests?.lose();
    this._requests = null;
    socket?.destroy();
    socket?.awareness.destroy();
    if (socket && socket.doc !== this._document) {
      socket.doc.destroy();
    }
  }

  private _become(state: ConnectionState): void {
    if (state !== this._state) {
      this._state = state;
      this._stateChanged.emit(state);
    }
  }

  private _url(): string {
    const { wsUrl } = this._settings;
    const id = encodeURIComponent(this._place.id);
    return URLExt.join(wsUrl, 'api/patina/notebooks', id);
  }

  /** The path opens the notebook at a server that does not have it open, as after its restart. */
  private _params(): Record<string, string> {
    const { appendToken, token } = this._settings;
    const path = this._place.path();
    return appendToken && token ? { path, token } : { path };
  }

  private _state: ConnectionState = 'connecting';
  private _document: Y.Doc | null = null;
  private _socket: WebsocketProvider | null = null;
  private _requests: SocketRequests | null = null;
  private _attempts = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _stateChanged = new Signal<this, ConnectionState>(this);
  private readonly _documentChanged = new Signal<this, Y.Doc>(this);
  private _isDisposed = false;
}
