import { CommsOverSubshells, type Kernel } from '@jupyterlab/services';

/**
 * The page's own connections to kernels, for completion, inspection and comms. They never execute:
 * that is the server's.
 *
 * Every message of a kernel passes server and page once more for each connection. Where there are
 * widgets, whose managers keep a connection for ever, a kernel has one for all of it.
 */
export class KernelConnections {
  /** `hasWidgets`: whether something answers to comms, as soon as that is known. */
  constructor(
    private readonly _kernels: Pick<Kernel.IManager, 'connectTo'>,
    hasWidgets: Promise<boolean>
  ) {
    this.ready = hasWidgets.then(hasThem => {
      this._handleComms = hasThem;
    });
  }

  /** Resolves when it is known which connections are wanted; there are none before. */
  readonly ready: Promise<void>;

  /** Null before it is known what for. */
  to(model: Kernel.IModel): Kernel.IKernelConnection | null {
    const handleComms = this._handleComms;
    if (handleComms === null) {
      return null;
    }
    const known = this._kept.get(model.id);
    if (known && !known.isDisposed) {
      return known;
    }
    const connection = this._kernels.connectTo({
      model,
      // A connection that handles comms closes those it has no target for.
      handleComms,
      // A subshell is a thread in the kernel, and threads make forks harder.
      commsOverSubshells: CommsOverSubshells.Disabled
    });
    // A kernel that ends before it has said what it is: its run tells of that, in the notebook.
    connection.info.catch(() => undefined);
    if (handleComms) {
      this._kept.set(model.id, connection);
      connection.disposed.connect(() => this._kept.delete(model.id));
    }
    return connection;
  }

  /** It is not needed any more by who asked for it. */
  release(connection: Kernel.IKernelConnection): void {
    if (this._kept.get(connection.id) !== connection) {
      connection.dispose();
    }
  }

  private _handleComms: boolean | null = null;
  private readonly _kept = new Map<string, Kernel.IKernelConnection>();
}
