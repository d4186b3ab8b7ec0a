import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import * as Y from 'yjs';
import type { ConnectionState, IRunsModel, IRunView } from '../tokens';
import type * as wire from '../wire';
import { inOrder } from './runorder';
import { RunView } from './runview';

/** Where the runs document comes from. */
export interface IRunsSource extends IDisposable {
  readonly state: ConnectionState;
  readonly stateChanged: ISignal<IRunsSource, ConnectionState>;
  /** The latest copy that was ever in step with the server; each connection brings one of its own. */
  readonly document: Y.Doc | null;
  readonly documentChanged: ISignal<IRunsSource, Y.Doc>;
}

/**
 * The runs of a notebook, read from the runs document.
 *
 * Views outlive the copies of the document: after a reconnection, or when the server has
 * started anew, they tell only of what is different.
 */
export class RunsModel implements IRunsModel {
  constructor(private readonly _source: IRunsSource) {
    this.ready = new Promise(resolve => (this._arrived = resolve));
    _source.stateChanged.connect(this._onState, this);
    _source.documentChanged.connect(this._onDocument, this);
    if (_source.document) {
      this._onDocument(_source, _source.document);
    }
  }

  readonly ready: Promise<void>;

  get connection(): ConnectionState {
    return this._source.state;
  }

  get connectionChanged(): ISignal<this, ConnectionState> {
    return this._connectionChanged;
  }

  get runs(): readonly IRunView[] {
    return (this._ordered ??= inOrder(this._views.values()));
  }

  get runsChanged(): ISignal<this, void> {
    return this._runsChanged;
  }

  get saved(): Uint8Array | null {
    const saved = this._document?.getMap('meta').get('saved');
    return saved instanceof Uint8Array ? saved : null;
  }

  get notices(): readonly wire.SourceNotice[] {
    const notices = this._meta?.get('notices');
    return Array.isArray(notices) ? (notices as wire.SourceNotice[]) : [];
  }

  get noticesChanged(): ISignal<this, void> {
    return this._noticesChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get(run: string): IRunView | undefined {
    return this._views.get(run);
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._runs?.unobserveDeep(this._onChange);
    this._meta?.unobserve(this._onMeta);
    this._source.stateChanged.disconnect(this._onState, this);
    this._source.documentChanged.disconnect(this._onDocument, this);
    this._source.dispose();
    this._views.forEach(view => Signal.clearData(view));
    Signal.clearData(this);
  }

  private _onState(_: IRunsSource, state: ConnectionState): void {
    this._connectionChanged.emit(state);
  }

  private _onDocument(_: IRunsSource, document: Y.Doc): void {
    this._runs?.unobserveDeep(this._onChange);
    this._meta?.unobserve(this._onMeta);
    this._document = document;
    this._meta = document.getMap('meta');
    this._meta.observe(this._onMeta);
    this._runs = document.getMap('runs');
    this._runs.observeDeep(this._onChange);
    const known = [...this._views.values()];
    this._listChanged();
    known.forEach(view => this._refollow(view));
    this._noticesChanged.emit();
    this._arrived();
  }

  private readonly _onMeta = (event: Y.YMapEvent<unknown>): void => {
    if (event.keysChanged.has('notices')) {
      this._noticesChanged.emit();
    }
  };

  private readonly _onChange = (
    events: Y.YEvent<Y.AbstractType<unknown>>[]
  ): void => {
    // First which runs there are: what is told of a run's fields may be looked up by its id.
    if (events.some(event => event.path.length === 0)) {
      this._listChanged();
    }
    for (const event of events) {
      const [run, part] = event.path;
      const view = this._views.get(String(run));
      if (event instanceof Y.YMapEvent && view) {
        this._tell(view, event as Y.YMapEvent<unknown>, part);
      }
    }
  };

  private _tell(
    view: RunView,
    event: Y.YMapEvent<unknown>,
    part: string | number | undefined
  ): void {
    if (part === undefined) {
      view.fieldsChanged(event.keysChanged as Set<string>);
    } else if (part === 'cells') {
      view.cellKeysChanged(event.changes.keys);
    }
  }

  /** Bring the list of runs in step with the document; those that stay keep their view. */
  private _listChanged(): void {
    const runs = this._runs ?? new Y.Map<Y.Map<unknown>>();
    for (const id of [...this._views.keys()].filter(id => !runs.has(id))) {
      this._views.delete(id);
    }
    for (const [id, map] of runs) {
      if (map instanceof Y.Map && !this._views.has(id)) {
        this._views.set(id, new RunView(id, map));
      }
    }
    this._ordered = null;
    this._runsChanged.emit();
  }

  private _refollow(view: RunView): void {
    const map = this._runs?.get(view.id);
    if (map) {
      view.follow(map);
    }
  }

  private _document: Y.Doc | null = null;
  private _meta: Y.Map<unknown> | null = null;
  private _runs: Y.Map<Y.Map<unknown>> | null = null;
  private _ordered: readonly IRunView[] | null = null;
  private _arrived: () => void = () => undefined;
  private readonly _views = new Map<string, RunView>();
  private readonly _connectionChanged = new Signal<this, ConnectionState>(this);
  private readonly _runsChanged = new Signal<this, void>(this);
  private readonly _noticesChanged = new Signal<this, void>(this);
  private _isDisposed = false;
}
