import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';
import { globalsIcon } from '../icons';
import { GlobalsModel } from '../model/globalsmodel';
import { variableRequests } from '../services/variables';
import { WatchedNames } from '../services/watchednames';
import { IPatinaClient, IPatinaTracker, IPlainNotebooks } from '../tokens';
import { GLOBALS_ID, GlobalsPanel } from '../widgets/globals/globalspanel';
import { Previews } from '../widgets/globals/previews';
import type { PatinaPanel } from '../widgets/notebook/panel';
import type { NotebookSettings } from '../widgets/notebook/settings';
import { addGlobalsCommands } from './commands/globals';
import { reveal, revealExecution } from './reveal';
import { followSettings } from './settings';

/** The variables of the shown run, in a sidebar. */
export const globals: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:globals',
  description: 'Shows the variables of the run of the notebook in front.',
  autoStart: true,
  requires: [IPatinaClient, IPatinaTracker, ISettingRegistry, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer, IStateDB, IPlainNotebooks],
  activate: (
    app,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    registry: ISettingRegistry,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    plain: IPlainNotebooks | null
  ) => {
    const trans = translator.load('patina_lab');
    const watched = new WatchedNames(state);
    const requests = variableRequests(client, plain);
    const model = new GlobalsModel(requests);
    followGlobalsSettings(model, followSettings(registry));
    const panel = new GlobalsPanel(model, trans);
    panel.id = GLOBALS_ID;
    panel.title.icon = globalsIcon;
    panel.title.caption = trans.__('Globals of the shown run');
    app.shell.add(panel, 'right', { rank: 310, type: 'Patina' });
    restorer?.add(panel, panel.id);
    const watch = () => {
      panel.model.ask({ watched: watched.of(ownerOf(panel)) });
    };
    tracker.currentChanged.connect((_, notebook) => {
      panel.showPanel(notebook);
      watch();
      notebook?.content.opened.connect(watch);
    });
    void watched.ready.then(watch);
    if (plain) {
      const look = () => {
        showFront(app, tracker, panel, plain);
        watch();
      };
      app.shell.currentChanged?.connect(look);
      plain.changed.connect(look);
    }
    const previews = new Previews(app.shell, requests, trans);
    panel.grid.opened.connect((_, row) => {
      if (row.kind === 'global' && model.view) {
        previews.show(model.view, row.name, row.path);
      }
    });
    const go = (seq: number) =>
      plain && panel.kernel
        ? revealExecution(app, plain, seq)
        : reveal(app, panel.panel, seq);
    panel.grid.changedByClicked.connect((_, seq) => go(seq));
    addGlobalsCommands(app, palette, panel, trans, {
      watch: async name => {
        await watched.toggle(ownerOf(panel), name);
        watch();
      },
      reveal: go
    });
  }
};

/** Watched names are remembered for each notebook, by its id or, a plain one, by its path. */
function ownerOf({ kernel, panel }: GlobalsPanel): string {
  return kernel?.run.notebook ?? panel?.content.notebookId ?? '';
}

/** The variables of the notebook in front; while another thing is, those of the last one. */
function showFront(
  { shell }: JupyterFrontEnd,
  tracker: WidgetTracker<PatinaPanel>,
  panel: GlobalsPanel,
  plain: IPlainNotebooks
): void {
  const front = shell.currentWidget;
  if (front !== null && front === plain.front) {
    panel.showKernel(plain.kernel);
  } else if ((front && tracker.has(front)) || plain.front === null) {
    panel.showKernel(null);
  }
}

/** The panel is as the settings say; what a person changes in it lasts until these change. */
function followGlobalsSettings(
  model: GlobalsModel,
  settings: NotebookSettings
): void {
  let known = '';
  const apply = () => {
    const { globalsSort, hiddenKinds, globalsUpdate, highlight } = settings;
    const key = JSON.stringify([globalsSort, hiddenKinds]);
    model.isManual = globalsUpdate === 'manual';
    model.isHighlighting = highlight;
    if (key !== known) {
      known = key;
      model.ask({ sort: globalsSort });
      model.closeGroups(hiddenKinds);
    }
  };
  settings.changed.connect(apply);
  apply();
}
