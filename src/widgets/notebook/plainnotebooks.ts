import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelSpec } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { PlainKernel } from '../../model/plainkernel';
import type {
  IPatinaClient,
  IPlainNotebooks,
  IUndoneMarks
} from '../../tokens';
import type * as wire from '../../wire';
import { type IKernelFront, PlainKernelFollower } from './plainkernelfollower';
import { UndoneCells } from './undonecells';

/** As Patina's kernelspecs name what starts them. */
const PROVISIONER = 'patina-provisioner';

/** Follows JupyterLab's own notebooks and consoles: which have a Patina kernel, and its variables. */
export class PlainNotebooks implements IPlainNotebooks {
  constructor(
    private readonly _client: IPatinaClient,
    private readonly _shell: JupyterFrontEnd.IShell,
    private readonly _specs: KernelSpec.IManager,
    private readonly _marks: IUndoneMarks,
    private readonly _trans: TranslationBundle
  ) {
    _shell.currentChanged?.connect(this._onFront, this);
    _specs.specsChanged.connect(this._onKernel, this);
    this._onFront();
  }

  get front(): IKernelFront | null {
    return this._front;
  }

  get panel(): NotebookPanel | null {
    return this._front instanceof NotebookPanel ? this._front : null;
  }

  get kernel(): PlainKernel | null {
    return this._shown?.kernel ?? null;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  has(kernel: string): boolean {
    return this._known.has(kernel);
  }

  globalsAfter(kernel: string, seq: number): readonly wire.Global[] {
    return this._known.get(kernel)?.kernel.globalsAfter(seq) ?? [];
  }

  refresh(): void {
    this._shown?.refresh();
  }

  markUndone(request: string): boolean {
    return this._shown?.markUndone(request) ?? false;
  }

  /** What has no kernel, as the launcher, leaves the last one that has in front. */
  private _onFront(): void {
    const { currentWidget } = this._shell;
    if (!hasKernel(currentWidget) || currentWidget === this._front) {
      return;
    }
    this._front?.sessionContext.kernelChanged.disconnect(this._onKernel, this);
    this._front = currentWidget;
    currentWidget.sessionContext.kernelChanged.connect(this._onKernel, this);
    currentWidget.disposed.connect(this._onGone, this);
    this._onKernel();
  }

  private _onGone(front: Widget): void {
    if (front === this._front) {
      this._front = null;
      this._onKernel();
    }
  }

  private _onKernel(): void {
    const connection = this._front?.sessionContext.session?.kernel ?? null;
    const shown =
      this._front && connection && this._isOurs(connection)
        ? this._follow(this._front, connection)
        : null;
    // Keys of ours are only for what has a kernel of ours.
    this._front?.node.toggleAttribute('data-patina-kernel', shown !== null);
    if (this._shown !== shown) {
      if (this._shown) {
        this._shown.isShown = false;
      }
      this._shown = shown;
      this._changed.emit();
    }
    if (shown && !shown.isShown) {
      shown.isShown = true;
      shown.refresh();
    }
  }

  private _isOurs({ name }: Kernel.IKernelConnection): boolean {
    const metadata = this._specs.specs?.kernelspecs[name]?.metadata as
      Record<string, unknown> | undefined;
    const named = metadata?.kernel_provisioner as
      { provisioner_name?: string } | undefined;
    return named?.provisioner_name === PROVISIONER;
  }

  /** A notebook that comes back to the front has its past. */
  private _follow(
    front: IKernelFront,
    connection: Kernel.IKernelConnection
  ): PlainKernelFollower {
    const known = this._followed.get(connection);
    if (known) {
      return known;
    }
    const follower = new PlainKernelFollower(
      this._client,
      connection,
      front,
      new UndoneCells(front, connection.id, this._marks, this._trans)
    );
    this._followed.set(connection, follower);
    this._known.set(connection.id, follower);
    return follower;
  }

  private _front: IKernelFront | null = null;
  private _shown: PlainKernelFollower | null = null;
  private readonly _followed = new WeakMap<
    Kernel.IKernelConnection,
    PlainKernelFollower
  >();
  /** Kernels that have been followed: a variable of theirs may be open in a tab. */
  private readonly _known = new Map<string, PlainKernelFollower>();
  private readonly _changed = new Signal<this, void>(this);
}

function hasKernel(widget: Widget | null): widget is IKernelFront {
  return widget !== null && 'sessionContext' in widget;
}
