import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { KernelLink } from './kernellink';

const EXTENSION = '@jupyter-widgets/jupyterlab-manager';
const VIEW = 'application/vnd.jupyter.widget-view+json';

/** Of the widgets extension, what is used here. */
interface IWidgetsModule {
  readonly WidgetRenderer: new (
    options: IRenderMime.IRendererOptions
  ) => IRenderMime.IRenderer;
  /** Keeps one manager a kernel, for ever: what it returns must not be disposed. */
  registerWidgetManager(
    context: object,
    rendermime: IRenderMimeRegistry,
    renderers: Iterable<IRenderMime.IRenderer>
  ): IDisposable;
}

/** A module container as module federation defines it. */
interface IContainer {
  get(module: string): Promise<() => IWidgetsModule>;
}

let loading: Promise<IWidgetsModule | null> | null = null;

/** The extension for widgets, asked for once a page; null where there is none. */
export function widgetsModule(): Promise<IWidgetsModule | null> {
  return (loading ??= loadModule().catch(() => null));
}

/**
 * Makes ipywidgets in a timeline live, through the page's connection to the kernel.
 *
 * Their extension looks for notebooks only in JupyterLab's own notebook tracker, where ours must
 * not be; so it is taken from the container that JupyterLab loaded it from. Without it, and for a
 * run without a kernel, widgets show the text that stands for them.
 */
export function connectWidgets(
  link: KernelLink,
  rendermime: IRenderMimeRegistry,
  timeline: Widget
): IDisposable {
  let module: IWidgetsModule | null = null;
  const connect = () => {
    if (!module) {
      return;
    }
    rendermime.removeMimeType(VIEW);
    if (link.kernel) {
      register(module, link.kernel, rendermime, timeline);
    }
  };
  void widgetsModule().then(loaded => {
    module = loaded;
    connect();
  });
  link.changed.connect(connect);
  return {
    get isDisposed() {
      return link.isDisposed;
    },
    dispose: () => void link.changed.disconnect(connect)
  };
}

/** Widgets rendered from now on wait for the kernel's manager; those there already are given it. */
function register(
  module: IWidgetsModule,
  kernel: Kernel.IKernelConnection,
  rendermime: IRenderMimeRegistry,
  timeline: Widget
): void {
  const { WidgetRenderer } = module;
  rendermime.addFactory(
    {
      safe: false,
      mimeTypes: [VIEW],
      createRenderer: options => new WidgetRenderer(options)
    },
    -10
  );
  module.registerWidgetManager(
    contextOf(kernel),
    rendermime,
    rendered(timeline, WidgetRenderer)
  );
}

/** What the extension asks of the context of a notebook. */
function contextOf(kernel: Kernel.IKernelConnection): object {
  const never = new Signal<object, unknown>({});
  return {
    path: '',
    saveState: never,
    model: { getMetadata: () => undefined },
    sessionContext: {
      ready: kernel.info,
      session: { kernel },
      kernelChanged: never,
      statusChanged: kernel.statusChanged,
      connectionStatusChanged: kernel.connectionStatusChanged
    }
  };
}

/** The renderers of widgets below a widget of Lumino. */
function* rendered(
  widget: Widget,
  type: IWidgetsModule['WidgetRenderer']
): Generator<IRenderMime.IRenderer> {
  for (const child of widget.children()) {
    if (child instanceof type) {
      yield child;
    } else {
      yield* rendered(child, type);
    }
  }
}

async function loadModule(): Promise<IWidgetsModule | null> {
  const { _JUPYTERLAB: containers } = window as unknown as {
    readonly _JUPYTERLAB?: Readonly<Record<string, IContainer | undefined>>;
  };
  const create = await containers?.[EXTENSION]?.get('./index');
  return create?.() ?? null;
}
