import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IRunsModel } from '../tokens';

/**
 * Which run of a notebook a page shows: the one chosen, as long as it exists.
 *
 * A page that has chosen none shows what it showed the last time, else the newest run that is
 * busy, else the newest one; runs that appear later do not take the place of the one shown.
 */
export class CurrentRun implements IDisposable {
  /** `remembered` is what was shown the last time, perhaps gone since. */
  constructor(
    private readonly _runs: IRunsModel,
    remembered: string | null = null
  ) {
    this._wanted = remembered;
    this._runs.runsChanged.connect(this._settle);
    this._settle();
  }

  get id(): string | null {
    return this._id;
  }

  get changed(): ISignal<this, string | null> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._runs.runsChanged.disconnect(this._settle);
    Signal.clearData(this);
  }

  /** Whether a run's tab is hidden: such a run does not take the place of one that is gone. */
  isHidden: (run: string) => boolean = () => false;

  /** Show this run; one that has not arrived yet is shown when it does. */
  choose(run: string | null): void {
    this._wanted = run;
    this._settle();
  }

  private readonly _settle = (): void => {
    const runs = this._runs.runs;
    if (this._wanted !== null && this._runs.get(this._wanted)) {
      this._show(this._wanted);
      this._wanted = null;
    } else if (this._id === null || !this._runs.get(this._id)) {
      const open = runs.filter(({ id }) => !this.isHidden(id));
      const isFirst = this._id === null;
      const busy = isFirst
        ? open.filter(({ run }) => run.status === 'busy')
        : [];
      const best = newest(busy) ?? newest(open) ?? newest(runs);
      this._show(best?.id ?? null);
    }
  };

  private _show(run: string | null): void {
    if (run !== this._id) {
      this._id = run;
      this._changed.emit(run);
    }
  }

  private _id: string | null = null;
  private _wanted: string | null = null;
  private readonly _changed = new Signal<this, string | null>(this);
  private _isDisposed = false;
}

function newest(runs: IRunsModel['runs']): IRunsModel['runs'][number] | null {
  return runs.reduce<IRunsModel['runs'][number] | null>(
    (best, run) => (best && best.run.created > run.run.created ? best : run),
    null
  );
}
