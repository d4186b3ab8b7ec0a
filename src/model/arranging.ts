import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { GroupBy } from './arrangement';

/** What a person chose in general. */
export interface IArrangeDefaults {
  readonly groupBy: GroupBy;
  readonly foldReruns: boolean;
  readonly changed: ISignal<unknown, void>;
}

/** How a notebook's outputs are put: as the settings say, until a person says otherwise there. */
export class Arranging implements IDisposable {
  constructor(private readonly _defaults: IArrangeDefaults) {
    this._known = known(_defaults);
    this._groupBy = _defaults.groupBy;
    this._folds = _defaults.foldReruns;
    _defaults.changed.connect(this._onDefaults, this);
  }

  get groupBy(): GroupBy {
    return this._groupBy;
  }

  set groupBy(groupBy: GroupBy) {
    this._groupBy = groupBy;
    this._changed.emit();
  }

  get folds(): boolean {
    return this._folds;
  }

  set folds(folds: boolean) {
    this._folds = folds;
    this._changed.emit();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._defaults.changed.disconnect(this._onDefaults, this);
    Signal.clearData(this);
  }

  /** Another setting that changes is no reason to undo what was chosen here. */
  private _onDefaults(): void {
    const now = known(this._defaults);
    if (now !== this._known) {
      this._known = now;
      this._groupBy = this._defaults.groupBy;
      this._folds = this._defaults.foldReruns;
      this._changed.emit();
    }
  }

  private _known: string;
  private _groupBy: GroupBy;
  private _folds: boolean;
  private readonly _changed = new Signal<this, void>(this);
  private _isDisposed = false;
}

function known({ groupBy, foldReruns }: IArrangeDefaults): string {
  return `${groupBy} ${foldReruns}`;
}
