import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { hasKernel, statusWord } from '../../model/runwords';
import type { IPatinaClient, IRunsModel, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import { continueSaved } from './continuesaved';
import type { Execution, IWaitingCells } from './execution';

/**
 * Offers what to do with cells that were asked for in a run without a kernel.
 *
 * Nothing starts by itself: variables that a person counts on are gone, and only they know
 * whether the cell makes sense without them.
 */
export class KernelOffer implements IDisposable {
  constructor(
    private readonly _execution: Execution,
    private readonly _runs: IRunsModel,
    private readonly _client: IPatinaClient,
    private readonly _trans: TranslationBundle
  ) {
    _execution.kernelNeeded.connect(this._onNeeded, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._execution.kernelNeeded.disconnect(this._onNeeded, this);
    this._withdraw();
  }

  /** What is asked for while an offer stands is added to it. */
  private _onNeeded(_: Execution, { run, cells }: IWaitingCells): void {
    const earlier = this._run === run.id ? this._cells : [];
    const ids = new Set(cells.map(cell => cell.id));
    this._withdraw();
    this._run = run.id;
    this._cells = [...earlier.filter(cell => !ids.has(cell.id)), ...cells];
    this._offer({ run, cells: this._cells });
  }

  private _offer(waiting: IWaitingCells): void {
    const trans = this._trans;
    const { title, status, crash, saved } = waiting.run;
    const execution = this._execution;
    const accept = (
      label: string,
      run: (waiting: IWaitingCells) => Promise<void>
    ) => ({ label, callback: () => this._accept(waiting, run) });
    const message = [
      trans.__('%1 has no kernel (%2)', title, statusWord(status, trans)),
      this._left(waiting.run)
    ].join('\n');
    this._notification = Notification.warning(message, {
      autoClose: false,
      actions: [
        ...(crash
          ? [accept(trans.__('Go On and Run'), it => execution.goOnAndRun(it))]
          : []),
        ...(saved
          ? [
              accept(trans.__('Continue Saved and Run'), it =>
                execution.runAfter(it, run =>
                  continueSaved(this._client, run, trans)
                )
              )
            ]
          : []),
        accept(trans.__('Restart and Run'), it => execution.restartAndRun(it)),
        accept(trans.__('Run in New Run'), it => execution.runInNewRun(it))
      ]
    });
    this._view = this._runs.get(waiting.run.id) ?? null;
    this._view?.changed.connect(this._onRun, this);
    this._runs.runsChanged.connect(this._onRuns, this);
  }

  /** What is left of a run that has no kernel. */
  private _left({ crash, saved }: wire.Run): string {
    if (crash) {
      return this._trans.__('It can go on from the state before that.');
    }
    return saved
      ? this._trans.__('Its timeline is kept, and a state that was saved.')
      : this._trans.__('Its variables are gone, its timeline is kept.');
  }

  /** There is nothing to offer any more when the run has a kernel again. */
  private _onRun({ run }: IRunView): void {
    if (hasKernel(run)) {
      this._withdraw();
    }
  }

  private _onRuns(): void {
    if (this._run !== null && !this._runs.get(this._run)) {
      this._withdraw();
    }
  }

  /** Once: a second click comes before the notification has gone. */
  private _accept(
    waiting: IWaitingCells,
    run: (waiting: IWaitingCells) => Promise<void>
  ): void {
    if (this._run === waiting.run.id && this._cells === waiting.cells) {
      this._withdraw();
      void run(waiting);
    }
  }

  private _withdraw(): void {
    this._view?.changed.disconnect(this._onRun, this);
    this._runs.runsChanged.disconnect(this._onRuns, this);
    this._view = null;
    this._run = null;
    this._cells = [];
    if (this._notification !== null) {
      Notification.dismiss(this._notification);
      this._notification = null;
    }
  }

  private _run: string | null = null;
  private _view: IRunView | null = null;
  private _cells: readonly wire.CellReference[] = [];
  private _notification: string | null = null;
  private _isDisposed = false;
}
