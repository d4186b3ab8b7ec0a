import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';
import { PlainKernel } from '../../model/plainkernel';
import type { IPatinaClient } from '../../tokens';
import type * as wire from '../../wire';
import { report } from './report';
import type { UndoneCells } from './undonecells';

/** What is published after each cell that changed something, by Patina's kernels only. */
const GLOBALS = 'patina_globals';

/** A notebook, a console, or whatever else in the main area has a kernel. */
export interface IKernelFront extends Widget {
  readonly sessionContext: ISessionContext;
}

/** Follows one Patina kernel without a run: its status, its variables, and those of its past. */
export class PlainKernelFollower implements IDisposable {
  constructor(
    client: IPatinaClient,
    private readonly _connection: Kernel.IKernelConnection,
    front: IKernelFront,
    /** Marks what was undone. */
    private readonly _undone: UndoneCells
  ) {
    const { path } = front.sessionContext;
    this.kernel = new PlainKernel(
      client,
      _connection.id,
      path,
      _connection.name
    );
    _connection.iopubMessage.connect(this._onMessage, this);
    _connection.statusChanged.connect(this._onStatus, this);
    _connection.disposed.connect(this.dispose, this);
    this._onStatus(_connection, _connection.status);
  }

  readonly kernel: PlainKernel;

  /** Whether its variables are looked at: they are asked for when it says that they changed. */
  isShown = false;

  get isDisposed(): boolean {
    return this.kernel.isDisposed;
  }

  /** Look at the variables again. A kernel that has gone is told of by JupyterLab itself. */
  refresh(): void {
    this.kernel.look().catch((error: unknown) => {
      if (!this.isDisposed && this.kernel.run.status !== 'lost') {
        report(error);
      }
    });
  }

  /** The execution of this request was undone; false when that cannot be marked. */
  markUndone(request: string): boolean {
    this.kernel.undo();
    return this._undone.mark(request);
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._connection.iopubMessage.disconnect(this._onMessage, this);
      this._connection.statusChanged.disconnect(this._onStatus, this);
      this._connection.disposed.disconnect(this.dispose, this);
      this._undone.release();
      this.kernel.dispose();
    }
  }

  private _onMessage(
    _: Kernel.IKernelConnection,
    { header, parent_header, content }: KernelMessage.IIOPubMessage
  ): void {
    const request = 'msg_id' in parent_header ? parent_header.msg_id : '';
    switch (header.msg_type as string) {
      case 'execute_input':
        this._began(
          request,
          content as KernelMessage.IExecuteInputMsg['content']
        );
        break;
      case 'status':
        this._ended(request, content as KernelMessage.IStatusMsg['content']);
        break;
      case GLOBALS:
        this._told(request, (content as { delta?: wire.Global[] }).delta ?? []);
    }
  }

  private _began(
    request: string,
    { execution_count }: KernelMessage.IExecuteInputMsg['content']
  ): void {
    if (execution_count !== null) {
      this._numbers.set(request, execution_count);
    }
    this._undone.refresh();
  }

  private _ended(
    request: string,
    { execution_state }: KernelMessage.IStatusMsg['content']
  ): void {
    const number = this._numbers.get(request);
    if (execution_state === 'idle' && number !== undefined) {
      this.kernel.end(number);
    }
  }

  private _told(request: string, delta: readonly wire.Global[]): void {
    const number = this._numbers.get(request);
    if (number !== undefined) {
      this.kernel.tell(number, delta);
    }
    if (this.isShown) {
      this.refresh();
    }
  }

  private _onStatus(_: Kernel.IKernelConnection, status: Kernel.Status): void {
    this.kernel.status = runStatus(status);
    if (this.kernel.run.status === 'starting') {
      this._numbers.clear();
      this.kernel.restart();
      this._undone.clear();
    }
  }

  /** By the ids of their requests, the numbers that the kernel gave to executions. */
  private readonly _numbers = new Map<string, number>();
}

function runStatus(status: Kernel.Status): wire.RunStatus {
  switch (status) {
    case 'idle':
    case 'unknown':
      return 'idle';
    case 'busy':
      return 'busy';
    case 'starting':
    case 'restarting':
    case 'autorestarting':
      return 'starting';
    case 'terminating':
    case 'dead':
      return 'lost';
  }
}
