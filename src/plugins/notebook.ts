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
import {
  INotebookWidgetFactory,
  type NotebookWidgetFactory
} from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ServerConnection, User } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { patinaIcon } from '../icons';
import { RunsModel } from '../model/runs';
import { Trust } from '../model/trust';
import { DismissedHints } from '../services/dismissedhints';
import { KernelConnections } from '../services/kernelconnections';
import { RunsProvider } from '../services/provider';
import { fetchRights } from '../services/rights';
import { OwnOutputs } from '../services/ownoutputs';
import { TrustedNotebooks } from '../services/trustednotebooks';
import { IPatinaClient, IPatinaTracker, type IRunsModel } from '../tokens';
import {
  createSharedSource,
  TsnbModelFactory
} from '../widgets/notebook/documentmodel';
import { GLOBALS_ID } from '../widgets/globals/globalspanel';
import { FileNotices } from '../widgets/notebook/filenotices';
import { PatinaFactory } from '../widgets/notebook/factory';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { HintBar, type IHintServices } from '../widgets/notebook/hintbar';
import { widgetsModule } from '../widgets/notebook/jupyterwidgets';
import { openPane } from '../widgets/notebook/openpane';
import type { NotebookSettings } from '../widgets/notebook/settings';
import { RunOpener } from '../widgets/notebook/runopener';
import { IMPORT } from './conversion';
import { keysOf } from './keys';
import { followSettings, NOTEBOOK_PLUGIN } from './settings';

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
  optional: [ICollaborativeContentProvider, ILayoutRestorer, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    client: IPatinaClient,
    stock: NotebookWidgetFactory.IFactory,
    editors: IEditorServices,
    rendermime: IRenderMimeRegistry,
    registry: ISettingRegistry,
    toolbars: IToolbarWidgetRegistry,
    translator: ITranslator,
    collaboration: ICollaborativeContentProvider | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null
  ) => {
    const trans = translator.load('patina_lab');
    const tracker = new WidgetTracker<PatinaPanel>({ namespace: 'patina' });
    app.docRegistry.addFileType(fileType(trans));
    app.docRegistry.addModelFactory(new TsnbModelFactory());
    collaboration?.sharedModelFactory.registerDocumentFactory(
      'tsnb',
      createSharedSource
    );
    const settings = followSettings(registry);
    const trusted = new TrustedNotebooks(state);
    const own = new OwnOutputs(window.localStorage);
    const { serviceManager } = app;
    const services = {
      client,
      rendermime,
      settings,
      trans,
      me: () => displayName(serviceManager.user.identity)
    };
    const hints = hintServices(app, settings, state, trans);
    const opener = new RunOpener(
      (id, panel) =>
        followedRuns(id, panel, client, serviceManager.serverSettings, trans),
      (panel, runs) => {
        panel.access.follow(runs);
        const pane = openPane(
          panel,
          runs,
          id => new Trust(trusted, own, id),
          services
        );
        pane.addWidget(new HintBar(panel, hints));
        new FileNotices(panel, runs, {
          client,
          trans,
          openFile: path =>
            void app.commands.execute('docmanager:open', { path })
        });
        return pane;
      }
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
      kernels: new KernelConnections(
        serviceManager.kernels,
        widgetsModule().then(module => module !== null)
      ),
      rights: fetchRights(serviceManager.serverSettings),
      trans,
      openRuns: panel => opener.open(panel),
      convert: path => void app.commands.execute(IMPORT, { path })
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

/** What hints are told by, and what they offer to do. */
function hintServices(
  { commands, shell }: JupyterFrontEnd,
  settings: NotebookSettings,
  state: IStateDB | null,
  trans: TranslationBundle
): IHintServices {
  return {
    settings,
    dismissed: new DismissedHints(state),
    trans,
    execute: id => void commands.execute(id),
    label: id => commands.label(id),
    keys: id => keysOf(commands, id),
    isGlobalsShown: () =>
      [...shell.widgets('right'), ...shell.widgets('left')].some(
        ({ id, isVisible }) => id === GLOBALS_ID && isVisible
      )
  };
}

/** The runs of a notebook, followed over a socket that also takes requests about them. */
function followedRuns(
  id: string,
  panel: PatinaPanel,
  client: IPatinaClient,
  server: ServerConnection.ISettings,
  trans: TranslationBundle
): IRunsModel {
  const place = { id, path: () => panel.context.localPath };
  const provider = new RunsProvider(place, server, trans);
  client.use(provider);
  return new RunsModel(provider);
}

/** A person's name as the server writes it beside what they run. */
function displayName(identity: User.IIdentity | null): string | null {
  return (
    identity && (identity.display_name || identity.name || identity.username)
  );
}

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
