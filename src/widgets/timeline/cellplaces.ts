import type { CellList } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

/** Where each cell is in the source, counted from 1. */
export class CellPlaces implements IDisposable {
  constructor(private readonly _cells: CellList) {
    _cells.changed.connect(this._onChanged, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Null for a cell that is not there any more. */
  of(cell: string): number | null {
    return (this._places ??= this._count()).get(cell) ?? null;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._cells.changed.disconnect(this._onChanged, this);
    Signal.clearData(this);
  }

  /** Moving a cell is taking it away and putting it back: it is told of once, afterwards. */
  private _onChanged(): void {
    this._places = null;
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      this._changed.emit();
    });
  }

  private _count(): ReadonlyMap<string, number> {
    return new Map([...this._cells].map((cell, index) => [cell.id, index + 1]));
  }

  private _places: ReadonlyMap<string, number> | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, void>(this);
  private _isDisposed = false;
}
