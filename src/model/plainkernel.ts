import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IPatinaClient, IRunView } from '../tokens';
import type * as wire from '../wire';
import { PlainPast } from './plainpast';
import type { ICellsChange } from './runview';

/** Asks for the variables of a kernel. */
type Client = Pick<IPatinaClient, 'kernelGlobals'>;

/**
 * A Patina kernel without a run, of a plain notebook, as what shows the variables of runs wants it:
 * a run whose id is the kernel's. Of its output cells there is but what is needed to tell what the
 * variables were after them; they have the numbers that the kernel counts.
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

  get seqs(): readonly number[] {
    return this._past.seqs;
  }

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

  /** An execution after which the variables are known. */
  cell(seq: number): wire.OutputCell | undefined {
    return this.seqs.includes(seq) ? execution(seq) : undefined;
  }

  /** The variables as they were after an execution. */
  globalsAfter(seq: number): readonly wire.Global[] {
    return this._past.after(seq);
  }

  /** An execution has ended. */
  end(seq: number): void {
    this._past.end(seq);
    this._changed.emit();
  }

  /** An execution has changed these variables. */
  tell(seq: number, delta: readonly wire.Global[]): void {
    this._past.tell(seq, delta);
    this._changed.emit();
  }

  /** The latest execution was undone; what that changed shows when the variables are looked at. */
  undo(): void {
    this._past.undo();
  }

  /** The kernel was started anew, with nothing in it. */
  restart(): void {
    this._past.clear();
    this._changed.emit();
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
      this._globals = this._past.look(globals);
      this._globalsChanged.emit();
    }
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _run: wire.Run;
  private readonly _past = new PlainPast();
  private _globals: readonly wire.Global[] = [];
  private _turn = {};
  private readonly _changed = new Signal<IRunView, void>(this);
  private readonly _cellsChanged = new Signal<IRunView, ICellsChange>(this);
  private readonly _globalsChanged = new Signal<IRunView, void>(this);
  private _isDisposed = false;
}

function execution(seq: number): wire.OutputCell {
  return {
    seq,
    id: String(seq),
    cell: '',
    source: '',
    source_hash: '',
    status: 'succeeded',
    requested_by: '',
    queued: '',
    started: '',
    ended: '',
    session: 1,
    outputs: []
  };
}
