import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import type { KernelLink } from './kernellink';

/** Of `@jupyter-widgets/jupyterlab-manager`, what is used here. */
interface IManagerModule {
  readonly KernelWidgetManager: new (
    kernel: Kernel.IKernelConnection,
    rendermime: IRenderMimeRegistry
  ) => IDisposable;
}

/** A module container as module federation defines it. */
interface IContainer {
  get(module: string): Promise<() => IManagerModule>;
}

const EXTENSION = '@jupyter-widgets/jupyterlab-manager';

/**
 * Makes ipywidgets in the timeline live, through the page's own connection to the kernel.
 *
 * Their extension looks for notebooks only in JupyterLab's own notebook tracker, where ours must
 * not be; so its manager is taken from the container that JupyterLab loaded. Where the extension
 * is not installed, widgets show the text that stands for them.
 */
export function connectWidgets(
  link: KernelLink,
  rendermime: IRenderMimeRegistry
): IDisposable {
  let manager: IDisposable | null = null;
  const connect = async () => {
    const { kernel } = link;
    manager?.dispose();
    manager = null;
    const module = kernel && (await loadManager());
    if (module && kernel === link.kernel && !kernel.isDisposed) {
      manager = new module.KernelWidgetManager(kernel, rendermime);
    }
  };
  const again = () => void connect();
  link.changed.connect(again);
  again();
  return {
    get isDisposed() {
      return link.isDisposed;
    },
    dispose: () => {
      link.changed.disconnect(again);
      manager?.dispose();
    }
  };
}

async function loadManager(): Promise<IManagerModule | null> {
  const { _JUPYTERLAB: containers } = window as unknown as {
    readonly _JUPYTERLAB?: Readonly<Record<string, IContainer | undefined>>;
  };
  const create = await containers?.[EXTENSION]?.get('./index');
  return create?.() ?? null;
}
