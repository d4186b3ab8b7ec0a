import type { ICellModel } from '@jupyterlab/cells';
import type { CellList } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ISourceHashes } from '../../model/cellmarks';
import { sourceHash } from '../../model/hash';

/** The hashes of a notebook's cells, each computed when it is asked for after a change. */
export class SourceHashes implements ISourceHashes, IDisposable {
  constructor(private readonly _list: CellList) {
    _list.changed.connect(this._onList, this);
    this._follow();
  }

  get cells(): readonly string[] {
    return [...this._followed.keys()];
  }

  get changed(): ISignal<this, ReadonlySet<string> | null> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  hash(cell: string): string | null {
    const known = this._hashes.get(cell);
    const model = this._followed.get(cell);
    if (known !== undefined || !model) {
      return known ?? null;
    }
    const hash = sourceHash(model.sharedModel.source);
    this._hashes.set(cell, hash);
    return hash;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._list.changed.disconnect(this._onList, this);
    this._followed.forEach(model =>
      model.contentChanged.disconnect(this._onContent, this)
    );
    Signal.clearData(this);
  }

  /** Moving a cell is taking it away and putting it back: it is looked at afterwards. */
  private _onList(): void {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      this._follow();
      this._changed.emit(null);
    });
  }

  private _follow(): void {
    const before = this._followed;
    this._followed = new Map([...this._list].map(model => [model.id, model]));
    for (const [id, model] of before) {
      if (this._followed.get(id) !== model) {
        model.contentChanged.disconnect(this._onContent, this);
        this._hashes.delete(id);
      }
    }
    for (const [id, model] of this._followed) {
      if (before.get(id) !== model) {
        model.contentChanged.connect(this._onContent, this);
      }
    }
  }

  private _onContent(model: ICellModel): void {
    this._hashes.delete(model.id);
    this._changed.emit(new Set([model.id]));
  }

  private _followed: ReadonlyMap<string, ICellModel> = new Map();
  private readonly _hashes = new Map<string, string>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, ReadonlySet<string> | null>(
    this
  );
  private _isDisposed = false;
}
