import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Unable } from '../../model/abilities';
import type { IRights } from '../../services/rights';
import type { IRunsModel } from '../../tokens';

const EVERYTHING: IRights = { edit: true, run: true };

/** What a person can do in one notebook, and why not the rest: for lack of a right, or of the notebook. */
export class Access {
  constructor(
    rights: Promise<IRights>,
    private readonly _trans: TranslationBundle
  ) {
    this.ready = rights.then(found => {
      this._rights = found;
      this._changed.emit();
    });
  }

  /** Resolves when it is known what the person may do. */
  readonly ready: Promise<void>;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether it is for lack of a right that something cannot be done. */
  get lacksRight(): boolean {
    return !this._rights.edit || !this._rights.run;
  }

  get unableToEdit(): Unable {
    return (
      this._elsewhere() ??
      (this._rights.edit ? null : this._trans.__('You may not edit notebooks'))
    );
  }

  get unableToRun(): Unable {
    return (
      this._elsewhere() ??
      (this._rights.run ? null : this._trans.__('You may not run code'))
    );
  }

  /** Hear from the server whether another one has the notebook. */
  follow(runs: IRunsModel): void {
    const look = () => {
      const isElsewhere = runs.notices.some(
        ({ kind }) => kind === 'other server'
      );
      if (isElsewhere !== this._isElsewhere) {
        this._isElsewhere = isElsewhere;
        this._wasElsewhere = true;
        this._changed.emit();
      }
    };
    runs.noticesChanged.connect(look);
    void runs.ready.then(look);
  }

  dispose(): void {
    Signal.clearData(this);
  }

  /** The copy of the source that was made for looking on is of another history: it stays as it is. */
  private _elsewhere(): Unable {
    if (this._isElsewhere) {
      return this._trans.__('Another server has this notebook');
    }
    return this._wasElsewhere
      ? this._trans.__('Reload the page to go on here')
      : null;
  }

  private _rights = EVERYTHING;
  private _isElsewhere = false;
  private _wasElsewhere = false;
  private readonly _changed = new Signal<this, void>(this);
}
