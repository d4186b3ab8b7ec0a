import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ICommandPalette,
  MainAreaWidget,
  type WidgetTracker
} from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { globalsIcon } from '../icons';
import type { GlobalRow } from '../model/globalrows';
import { GlobalsModel } from '../model/globalsmodel';
import { WatchedNames } from '../services/watchednames';
import { IPatinaClient, IPatinaTracker } from '../tokens';
import { GlobalsPanel } from '../widgets/globals/globalspanel';
import { GlobalPreview } from '../widgets/globals/preview';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { addGlobalsCommands } from './commands/globals';

/** The variables of the shown run, in a sidebar. */
export const globals: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:globals',
  description: 'Shows the variables of the run of the notebook in front.',
  autoStart: true,
  requires: [IPatinaClient, IPatinaTracker, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer, IStateDB],
  activate: (
    app,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null
  ) => {
    const trans = translator.load('patina_lab');
    const watched = new WatchedNames(state);
    const panel = new GlobalsPanel(new GlobalsModel(client), trans);
    panel.id = 'patina-globals';
    panel.title.icon = globalsIcon;
    panel.title.caption = trans.__('Globals of the shown run');
    app.shell.add(panel, 'right', { rank: 310, type: 'Patina' });
    restorer?.add(panel, panel.id);
    const watch = () => {
      const id = panel.panel?.content.notebookId ?? '';
      panel.model.ask({ watched: watched.of(id) });
    };
    tracker.currentChanged.connect((_, notebook) => {
      panel.showPanel(notebook);
      watch();
      notebook?.content.opened.connect(watch);
    });
    void watched.ready.then(watch);
    const open = (row: GlobalRow | null) =>
      show(app, client, panel, row, trans);
    panel.grid.opened.connect((_, row) => open(row));
    panel.grid.changedByClicked.connect((_, seq) =>
      reveal(app, panel.panel, seq)
    );
    addGlobalsCommands(app, palette, panel, trans, {
      watch: async name => {
        await watched.toggle(panel.panel?.content.notebookId ?? '', name);
        watch();
      },
      reveal: seq => reveal(app, panel.panel, seq)
    });
  }
};

/** Show a variable on its own, in a tab beside the notebook. */
function show(
  app: JupyterFrontEnd,
  client: IPatinaClient,
  { model }: GlobalsPanel,
  row: GlobalRow | null,
  trans: TranslationBundle
): void {
  if (row?.kind !== 'global' || !model.view) {
    return;
  }
  const { name, path } = row;
  const content = new GlobalPreview(client, model.view, name, path, trans);
  const widget = new MainAreaWidget({ content });
  widget.title.label = [name, ...path].join('');
  widget.title.caption = `${widget.title.label} · ${model.view.run.title}`;
  widget.title.icon = globalsIcon;
  widget.title.closable = true;
  app.shell.add(widget, 'main', {
    mode: 'split-bottom',
    type: 'Patina Variable'
  });
}

/** Go to the output cell that changed a variable. */
function reveal(
  app: JupyterFrontEnd,
  panel: PatinaPanel | null,
  seq: number
): void {
  const go = () => panel?.content.runPane?.revealSeq(seq);
  if (panel?.isVisible) {
    go();
  } else if (panel) {
    app.shell.activateById(panel.id);
    // A notebook that comes to the front focuses its source first.
    setTimeout(go, 100);
  }
}
