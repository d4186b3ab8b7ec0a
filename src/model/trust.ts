import { type ISignal, Signal } from '@lumino/signaling';

/** The output cells that this person asked for, here or before a reload. */
export interface IOwnOutputs {
  has(notebook: string, outputCell: string): boolean;
  add(notebook: string, outputCells: Iterable<string>): void;
}

/** The notebooks whose outputs this person trusts, wherever that is remembered. */
export interface ITrustStore {
  has(notebook: string): boolean;
  add(notebook: string): Promise<void>;
  readonly changed: ISignal<ITrustStore, void>;
}

/**
 * Which outputs of one notebook may run scripts in the page.
 *
 * As in JupyterLab: those that the person asked for, and all of them once they say so.
 * That an output *says* who asked for it proves nothing, because the file may come from anywhere.
 */
export class Trust {
  constructor(
    private readonly _store: ITrustStore,
    private readonly _own: IOwnOutputs,
    private readonly _notebook: string
  ) {
    _store.changed.connect(this._onStore, this);
  }

  /** Whether all outputs are trusted. */
  get isTrusted(): boolean {
    return this._store.has(this._notebook);
  }

  /** The ids of the output cells that are now trusted and were not; null when any may be. */
  get changed(): ISignal<this, ReadonlySet<string> | null> {
    return this._changed;
  }

  /** Whether the output cell with this id may run scripts. */
  allows(outputCell: string): boolean {
    return this.isTrusted || this.isOwn(outputCell);
  }

  /** Whether this person asked for the output cell with this id. */
  isOwn(outputCell: string): boolean {
    return this._own.has(this._notebook, outputCell);
  }

  /** This person asked for these output cells. */
  own(outputCells: Iterable<string>): void {
    const added = new Set(outputCells);
    this._own.add(this._notebook, added);
    this._changed.emit(added);
  }

  /** The person trusts the whole notebook, now and later. */
  async trustAll(): Promise<void> {
    await this._store.add(this._notebook);
  }

  dispose(): void {
    this._store.changed.disconnect(this._onStore, this);
    Signal.clearData(this);
  }

  private _onStore(): void {
    this._changed.emit(null);
  }

  private readonly _changed = new Signal<this, ReadonlySet<string> | null>(
    this
  );
}
