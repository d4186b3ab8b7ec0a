import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { statusWord } from '../../model/runwords';
import type * as wire from '../../wire';
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
    const { title, status } = waiting.run;
    const message = [
      trans.__(
        '%1 is %2: there is no kernel',
        title,
        statusWord(status, trans)
      ),
      trans.__('Its variables are gone, its timeline is kept.')
    ].join('\n');
    this._notification = Notification.warning(message, {
      autoClose: false,
      actions: [
        {
          label: trans.__('Restart and Run'),
          callback: () => this._accept(this._execution.restartAndRun(waiting))
        },
        {
          label: trans.__('Run in New Run'),
          callback: () => this._accept(this._execution.runInNewRun(waiting))
        }
      ]
    });
  }

  private _accept(running: Promise<void>): void {
    void running;
    this._withdraw();
  }

  private _withdraw(): void {
    this._run = null;
    this._cells = [];
    if (this._notification !== null) {
      Notification.dismiss(this._notification);
      this._notification = null;
    }
  }

  private _run: string | null = null;
  private _cells: readonly wire.CellReference[] = [];
  private _notification: string | null = null;
  private _isDisposed = false;
}
