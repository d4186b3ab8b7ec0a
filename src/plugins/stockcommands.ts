import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { SemanticCommand } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { IPatinaTracker } from '../tokens';
import { commandsChanged } from './commands/changed';

/** Of JupyterLab's commands for its own notebooks, those that act on no open one. */
const HARMLESS = new Set(['notebook:create-new']);

/** They would write the document as the page has it, without runs, or ask for an `.ipynb`. */
const DONE_BY_OURS = new Set([
  'notebook:export-to-format',
  'docmanager:save-as',
  'docmanager:duplicate'
]);

/**
 * Keeps JupyterLab's own notebook commands off the notebook behind a Patina notebook.
 *
 * Delete Cell, Move Cell and Merge Cells of the Edit menu act on the `.ipynb` that was last in
 * front, whatever is in front now: they would change a notebook that nobody sees. Menus, keys
 * and the palette all ask the registry whether a command is enabled, so it is answered there.
 */
export const stockCommands: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:stock-commands',
  description:
    'Keeps commands of stock notebooks off notebooks that are behind.',
  autoStart: true,
  requires: [IPatinaTracker],
  activate: ({ commands, shell }, tracker: IPatinaTracker) => {
    const isOursInFront = () =>
      shell.currentWidget !== null && tracker.has(shell.currentWidget);
    const isEnabled = commands.isEnabled.bind(commands);
    const guarded: CommandRegistry['isEnabled'] = (id, args) =>
      !(actsOnStockNotebook(id, args) && isOursInFront()) &&
      isEnabled(id, args);
    commands.isEnabled = guarded;
    // What our own items of the same menus do for a Patina notebook is not offered twice.
    const isVisible = commands.isVisible.bind(commands);
    commands.isVisible = (id, args) =>
      !(DONE_BY_OURS.has(id) && isOursInFront()) && isVisible(id, args);
    // Menus that are open, and toolbars, ask again.
    shell.currentChanged?.connect(() => commandsChanged(commands));
  }
};

/** What names its notebook, as the buttons of a cell do, acts on that one. */
function actsOnStockNotebook(
  id: string,
  args: ReadonlyPartialJSONObject = {}
): boolean {
  return (
    id.startsWith('notebook:') &&
    !HARMLESS.has(id) &&
    !args.toolbar &&
    !(SemanticCommand.WIDGET in args) &&
    !('widgetId' in args)
  );
}
