import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage, KernelSpec } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';
import { PlainKernel } from '../../model/plainkernel';
import type { IPatinaClient, IPlainNotebooks } from '../../tokens';
import type * as wire from '../../wire';
import { report } from './report';

/** As Patina's kernelspecs name what starts them. */
const PROVISIONER = 'patina-provisioner';

/** What is published after each cell, by Patina's kernels only. */
const GLOBALS = 'patina_globals';

/** Follows JupyterLab's own notebooks: which of them have a Patina kernel, and its variables. */
export class PlainNotebooks implements IPlainNotebooks {
  constructor(
    private readonly _client: IPatinaClient,
    private readonly _tracker: INotebookTracker,
    private readonly _specs: KernelSpec.IManager
  ) {
    _tracker.currentChanged.connect(this._onPanel, this);
    _specs.specsChanged.connect(this._onKernel, this);
    this._onPanel();
  }

  get panel(): NotebookPanel | null {
    return this._panel;
  }

  get kernel(): PlainKernel | null {
    return this._kernel;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  has(kernel: string): boolean {
    return this._known.has(kernel);
  }

  private _onPanel(): void {
    this._panel?.sessionContext.kernelChanged.disconnect(this._onKernel, this);
    this._panel = this._tracker.currentWidget;
    this._panel?.sessionContext.kernelChanged.connect(this._onKernel, this);
    this._onKernel();
  }

  /** Keys of ours are only for notebooks with a kernel of ours. */
  private _show(isOurs: boolean): void {
    this._panel?.node.toggleAttribute('data-patina-kernel', isOurs);
  }

  private _onKernel(): void {
    const connection = this._panel?.sessionContext.session?.kernel ?? null;
    const ours = connection && this._isOurs(connection) ? connection : null;
    this._show(ours !== null);
    if (ours === this._connection) {
      return;
    }
    this._leave();
    this._connection = ours;
    if (ours) {
      this._follow(ours);
    }
    this._changed.emit();
  }

  private _isOurs({ name }: Kernel.IKernelConnection): boolean {
    const metadata = this._specs.specs?.kernelspecs[name]?.metadata as
      Record<string, unknown> | undefined;
    const named = metadata?.kernel_provisioner as
      { provisioner_name?: string } | undefined;
    return named?.provisioner_name === PROVISIONER;
  }

  private _follow(connection: Kernel.IKernelConnection): void {
    const { id, name } = connection;
    this._kernel = new PlainKernel(
      this._client,
      id,
      this._panel?.context.localPath ?? '',
      name
    );
    this._known.add(id);
    connection.iopubMessage.connect(this._onMessage, this);
    connection.statusChanged.connect(this._onStatus, this);
    this._onStatus(connection, connection.status);
    this.refresh();
  }

  private _leave(): void {
    this._connection?.iopubMessage.disconnect(this._onMessage, this);
    this._connection?.statusChanged.disconnect(this._onStatus, this);
    this._kernel?.dispose();
    this._kernel = null;
  }

  private _onMessage(
    _: Kernel.IKernelConnection,
    { header }: KernelMessage.IIOPubMessage
  ): void {
    if ((header.msg_type as string) === GLOBALS) {
      this.refresh();
    }
  }

  private _onStatus(_: Kernel.IKernelConnection, status: Kernel.Status): void {
    if (this._kernel) {
      this._kernel.status = runStatus(status);
    }
  }

  /** Look at the variables again. A kernel that has gone is told of by JupyterLab itself. */
  refresh(): void {
    const kernel = this._kernel;
    kernel?.look().catch((error: unknown) => {
      if (kernel === this._kernel && kernel.run.status !== 'lost') {
        report(error);
      }
    });
  }

  private _panel: NotebookPanel | null = null;
  private _connection: Kernel.IKernelConnection | null = null;
  private _kernel: PlainKernel | null = null;
  /** Kernels that have been followed: a variable of theirs may be open in a tab. */
  private readonly _known = new Set<string>();
  private readonly _changed = new Signal<this, void>(this);
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
