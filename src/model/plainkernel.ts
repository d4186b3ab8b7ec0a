import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IPatinaClient, IRunView } from '../tokens';
import type * as wire from '../wire';
import type { ICellsChange } from './runview';

/** Asks for the variables of a kernel. */
type Client = Pick<IPatinaClient, 'kernelGlobals'>;

/**
 * A Patina kernel without a run, of a plain notebook, as what shows the variables of runs wants it:
 * a run without a timeline, whose id is the kernel's.
 */
export class PlainKernel implements IRunView, IDisposable {
  constructor(
    private readonly _client: Client,
    readonly id: string,
    path: string,
    kernelName: string
  ) {
    this._run = {
      id,
      notebook: path,
      title: path.slice(path.lastIndexOf('/') + 1),
      created: '',
      kernel_name: kernelName,
      kernel_id: id,
      language: '',
      status: 'idle',
      queue: [],
      last_seq: 0,
      session: 1
    };
  }

  readonly seqs: readonly number[] = [];

  get run(): wire.Run {
    return this._run;
  }

  get globals(): readonly wire.Global[] {
    return this._globals;
  }

  get changed(): ISignal<IRunView, void> {
    return this._changed;
  }

  get cellsChanged(): ISignal<IRunView, ICellsChange> {
    return this._cellsChanged;
  }

  get globalsChanged(): ISignal<IRunView, void> {
    return this._globalsChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  cell(): undefined {
    return undefined;
  }

  /** The kernel is at work, waits, or is gone. */
  set status(status: wire.RunStatus) {
    if (status !== this._run.status) {
      this._run = { ...this._run, status };
      this._changed.emit();
    }
  }

  /** Fetch the variables; what comes later overrules what comes late. */
  async look(): Promise<void> {
    const turn = (this._turn = {});
    const globals = await this._client.kernelGlobals(this.id);
    if (turn === this._turn && !this._isDisposed) {
      this._globals = globals;
      this._globalsChanged.emit();
    }
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _run: wire.Run;
  private _globals: readonly wire.Global[] = [];
  private _turn = {};
  private readonly _changed = new Signal<IRunView, void>(this);
  private readonly _cellsChanged = new Signal<IRunView, ICellsChange>(this);
  private readonly _globalsChanged = new Signal<IRunView, void>(this);
  private _isDisposed = false;
}
