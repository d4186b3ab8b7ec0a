import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { KernelConnections } from '../../services/kernelconnections';
import type { IRunView } from '../../tokens';
import type { Access } from './access';
import type { PatinaBody } from './body';

/** The page's own connection to the kernel of the shown run. */
export class KernelLink implements IDisposable {
  constructor(
    private readonly _body: PatinaBody,
    private readonly _connections: KernelConnections,
    private readonly _access: Access
  ) {
    _access.changed.connect(this._connect, this);
    _body.currentRunChanged.connect(this._onRun, this);
    _body.opened.connect(this._onRun, this);
    this._onRun();
    void _connections.ready.then(() => this.isDisposed || this._connect());
  }

  /** Null while the shown run has no kernel. */
  get kernel(): Kernel.IKernelConnection | null {
    return this._kernel;
  }

  get changed(): ISignal<this, Kernel.IKernelConnection | null> {
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
    this._access.changed.disconnect(this._connect, this);
    this._body.currentRunChanged.disconnect(this._onRun, this);
    this._body.opened.disconnect(this._onRun, this);
    this._run?.changed.disconnect(this._connect, this);
    this._release();
    Signal.clearData(this);
  }

  private _onRun(): void {
    const { currentRun, runs } = this._body;
    this._run?.changed.disconnect(this._connect, this);
    this._run = (currentRun !== null && runs?.get(currentRun)) || null;
    this._run?.changed.connect(this._connect, this);
    this._connect();
  }

  private _connect(): void {
    // Who may not run code is not let in, and would try for ever.
    const run = this._access.unableToRun === null ? this._run?.run : undefined;
    // A kernel that is still starting does not answer; it is connected to once it is up.
    const isUp = run?.status === 'idle' || run?.status === 'busy';
    const id = isUp ? run.kernel_id : undefined;
    if (id === this._kernel?.id) {
      return;
    }
    this._release();
    this._kernel =
      id !== undefined && run
        ? this._connections.to({ id, name: run.kernel_name })
        : null;
    this._changed.emit(this._kernel);
  }

  private _release(): void {
    if (this._kernel) {
      this._connections.release(this._kernel);
    }
  }

  private _run: IRunView | null = null;
  private _kernel: Kernel.IKernelConnection | null = null;
  private readonly _changed = new Signal<this, Kernel.IKernelConnection | null>(
    this
  );
  private _isDisposed = false;
}
