import { ICollaborativeContentProvider } from '@jupyter/collaborative-drive';
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  createToolbarFactory,
  IToolbarWidgetRegistry,
  WidgetTracker
} from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { INotebookWidgetFactory } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { patinaIcon } from '../icons';
import { IPatinaClient, IPatinaTracker } from '../tokens';
import {
  createSharedSource,
  TsnbModelFactory
} from '../widgets/notebook/documentmodel';
import { PatinaFactory } from '../widgets/notebook/factory';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { RunOpener } from '../widgets/notebook/runopener';
import { NotebookSettings } from '../widgets/notebook/settings';

export const NOTEBOOK_PLUGIN = 'patina-lab:notebook';
const FACTORY = 'Patina Notebook';

/** Opens `.tsnb` files: the file type, its document, its widget. */
export const notebook: JupyterFrontEndPlugin<WidgetTracker<PatinaPanel>> = {
  id: NOTEBOOK_PLUGIN,
  description: 'Opens Patina notebooks.',
  autoStart: true,
  provides: IPatinaTracker,
  requires: [
    IPatinaClient,
    INotebookWidgetFactory,
    IEditorServices,
    IRenderMimeRegistry,
    ISettingRegistry,
    IToolbarWidgetRegistry,
    ITranslator
  ],
  optional: [ICollaborativeContentProvider, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    client: IPatinaClient,
    stock,
    editors: IEditorServices,
    rendermime: IRenderMimeRegistry,
    registry: ISettingRegistry,
    toolbars: IToolbarWidgetRegistry,
    translator: ITranslator,
    collaboration: ICollaborativeContentProvider | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = translator.load('patina_lab');
    const tracker = new WidgetTracker<PatinaPanel>({ namespace: 'patina' });
    app.docRegistry.addFileType(fileType(trans));
    app.docRegistry.addModelFactory(new TsnbModelFactory());
    collaboration?.sharedModelFactory.registerDocumentFactory(
      'tsnb',
      createSharedSource
    );
    const factory = new PatinaFactory({
      name: FACTORY,
      label: trans.__('Patina Notebook'),
      modelName: 'patina-notebook',
      fileTypes: ['tsnb'],
      defaultFor: ['tsnb'],
      contentProviderId: collaboration ? 'rtc' : undefined,
      toolbarFactory: createToolbarFactory(
        toolbars,
        registry,
        'Patina',
        NOTEBOOK_PLUGIN,
        translator
      ),
      stock,
      editors,
      rendermime,
      translator,
      client,
      kernels: app.serviceManager.kernels,
      trans,
      openRuns: panel => opener.open(panel)
    });
    factory.widgetCreated.connect((_, panel) => track(tracker, panel));
    app.docRegistry.addWidgetFactory(factory);
    void restorer?.restore(tracker, {
      command: 'docmanager:open',
      args: panel => ({ path: panel.context.path, factory: FACTORY }),
      name: panel => panel.context.path
    });
    return tracker;
  }
};

function fileType(
  trans: TranslationBundle
): Partial<DocumentRegistry.IFileType> {
  return {
    name: 'tsnb',
    displayName: trans.__('Patina Notebook'),
    extensions: ['.tsnb'],
    mimeTypes: ['application/toml'],
    fileFormat: 'text',
    contentType: 'file',
    icon: patinaIcon
  };
}

function track(tracker: WidgetTracker<PatinaPanel>, panel: PatinaPanel): void {
  panel.title.icon = patinaIcon;
  panel.context.pathChanged.connect(() => void tracker.save(panel));
  void tracker.add(panel);
}
