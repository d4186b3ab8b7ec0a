import {
  ILayoutRestorer,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator } from '@jupyterlab/translation';
import { searchIcon } from '@jupyterlab/ui-components';
import { HistoryModel } from '../model/historymodel';
import { IPatinaClient, IPatinaTracker } from '../tokens';
import { HistoryPanel } from '../widgets/history/historypanel';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { OutputLoader } from '../widgets/timeline/loader';
import { NO_ARGUMENTS } from './commands/panelcommands';
import { reveal } from './reveal';

/** Looks for words in all runs of the notebook in front, in a sidebar. */
export const history: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:history',
  description: 'Searches the history of the notebook in front.',
  autoStart: true,
  requires: [IPatinaClient, IPatinaTracker, IRenderMimeRegistry, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = translator.load('patina_lab');
    const panel = new HistoryPanel(new HistoryModel(client), trans, {
      rendermime,
      loaderOf: ({ content }) => {
        const notebook = content.notebookId ?? '';
        const fetch = (hash: string) => client.blob(notebook, hash);
        return new OutputLoader(fetch, rendermime, trans);
      },
      go: (notebook, { run, seq }) => reveal(app, notebook, seq, run)
    });
    panel.id = 'patina-history';
    panel.title.icon = searchIcon;
    panel.title.caption = trans.__('History of the notebook');
    app.shell.add(panel, 'right', { rank: 320, type: 'Patina' });
    restorer?.add(panel, panel.id);
    tracker.currentChanged.connect((_, notebook) => panel.showPanel(notebook));
    app.commands.addCommand('patina:search-history', {
      label: trans.__('Search History'),
      caption: trans.__('Look for words in everything that ever ran'),
      describedBy: NO_ARGUMENTS,
      execute: () => app.shell.activateById(panel.id)
    });
    palette?.addItem({
      command: 'patina:search-history',
      category: 'Patina'
    });
  }
};
