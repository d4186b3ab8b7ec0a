import {
  ILayoutRestorer,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { runsIcon } from '../icons';
import { IPatinaTracker } from '../tokens';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { RunTree } from '../widgets/runs/runtree';
import { NO_ARGUMENTS } from './commands/panelcommands';

/** The runs of the notebook in front as a tree, in a sidebar. */
export const runtree: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:run-tree',
  description: 'Shows the runs of the notebook in front as a tree.',
  autoStart: true,
  requires: [IPatinaTracker, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app,
    tracker: WidgetTracker<PatinaPanel>,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = translator.load('patina_lab');
    // Of the notebook of the tree: another thing, as a comparison, may be in front of it.
    const run = (id: string) => (panel: PatinaPanel) =>
      void app.commands.execute(`patina:${id}`, { panel: panel.id });
    const tree = new RunTree(trans, {
      rename: run('rename-run'),
      stop: run('stop-run'),
      remove: run('delete-run')
    });
    tree.id = 'patina-runs';
    tree.title.icon = runsIcon;
    tree.title.caption = trans.__('Runs of the notebook');
    app.shell.add(tree, 'right', { rank: 300, type: 'Patina' });
    restorer?.add(tree, tree.id);
    tracker.currentChanged.connect((_, panel) => tree.showPanel(panel));
    app.commands.addCommand('patina:show-runs', {
      label: trans.__('Show Runs'),
      caption: trans.__('Show the runs of the notebook as a tree'),
      describedBy: NO_ARGUMENTS,
      execute: () => app.shell.activateById(tree.id)
    });
    palette?.addItem({
      command: 'patina:show-runs',
      category: 'Patina'
    });
  }
};
