import { askingCell } from '../../model/question';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import type { IPatinaBody, IRunView } from '../../tokens';

/** The run that a notebook shows, and each change of it: another run, or another state of it. */
export class ShownRun implements IDisposable {
  constructor(private readonly _body: IPatinaBody) {
    _body.currentRunChanged.connect(this._follow, this);
    this._follow();
  }

  get view(): IRunView | null {
    return this._view;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._body.currentRunChanged.disconnect(this._follow, this);
    this._view?.changed.disconnect(this._onChanged, this);
    this._view?.cellsChanged.disconnect(this._onCells, this);
    Signal.clearData(this);
  }

  private _follow(): void {
    const { currentRun, runs } = this._body;
    this._view?.changed.disconnect(this._onChanged, this);
    this._view?.cellsChanged.disconnect(this._onCells, this);
    this._view = (currentRun !== null && runs?.get(currentRun)) || null;
    this._view?.changed.connect(this._onChanged, this);
    this._view?.cellsChanged.connect(this._onCells, this);
    this._onChanged();
  }

  private _onChanged(): void {
    this._isAsking = this._asks();
    this._changed.emit();
  }

  /** Of all that happens to output cells, only a question is a state of the run. */
  private _onCells(): void {
    if (this._asks() !== this._isAsking) {
      this._onChanged();
    }
  }

  private _asks(): boolean {
    return this._view !== null && askingCell(this._view) !== null;
  }

  private _view: IRunView | null = null;
  private _isAsking = false;
  private readonly _changed = new Signal<this, void>(this);
  private _isDisposed = false;
}
