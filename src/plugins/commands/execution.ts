import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { type Notebook, NotebookActions } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { runIcon } from '@jupyterlab/ui-components';
import { IPatinaTracker } from '../../tokens';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { PanelCommands } from './panelcommands';
import { selected } from './selected';

/** Commands that run cells. */
export const execution: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:execution-commands',
  description: 'Commands that run the cells of a Patina notebook.',
  autoStart: true,
  requires: [IPatinaTracker, ITranslator],
  optional: [ICommandPalette],
  activate: (
    app,
    tracker: WidgetTracker<PatinaPanel>,
    translator: ITranslator,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('patina_lab');
    const commands = new PanelCommands(app, tracker, palette, trans);
    commands.add({
      id: 'run-and-advance',
      needs: 'run',
      label: trans.__('Run and Advance'),
      icon: runIcon,
      execute: ({ content, execution }) => {
        // Asked for first: what else the keys do takes the page longer than a short cell takes.
        const ran = execution.run(selected(content.notebook));
        advance(content.notebook);
        return ran;
      }
    });
    commands.add({
      id: 'run-cell',
      needs: 'run',
      label: trans.__('Run Cell'),
      execute: ({ content, execution }) => {
        const ran = execution.run(selected(content.notebook));
        content.notebook.mode = 'command';
        return ran;
      }
    });
    commands.add({
      id: 'run-insert',
      needs: 'run',
      label: trans.__('Run and Insert Below'),
      execute: ({ content, execution }) => {
        const ran = execution.run(selected(content.notebook));
        NotebookActions.insertBelow(content.notebook);
        edit(content.notebook);
        return ran;
      }
    });
    commands.add({
      id: 'run-all',
      needs: 'run',
      label: trans.__('Run All Cells'),
      execute: ({ content, execution }) =>
        execution.run(content.notebook.widgets)
    });
    commands.add({
      id: 'run-above',
      needs: 'run',
      label: trans.__('Run All Above'),
      execute: ({ content, execution }) =>
        execution.run(
          content.notebook.widgets.slice(0, content.notebook.activeCellIndex)
        )
    });
    commands.add({
      id: 'run-below',
      needs: 'run',
      label: trans.__('Run Cell and All Below'),
      execute: ({ content, execution }) =>
        execution.run(
          content.notebook.widgets.slice(content.notebook.activeCellIndex)
        )
    });
  }
};

/** Go to the cell after the selected ones, as Shift+Enter does; make one where there is none. */
function advance(notebook: Notebook): void {
  const last = notebook.widgets.findLastIndex(cell =>
    notebook.isSelectedOrActive(cell)
  );
  // First out of the editor: deselecting in edit mode would show the source of a text cell again.
  notebook.mode = 'command';
  notebook.deselectAll();
  if (last < notebook.widgets.length - 1) {
    notebook.activeCellIndex = last + 1;
    void NotebookActions.focusActiveCell(notebook, {
      waitUntilReady: false,
      preventScroll: true
    });
  } else {
    notebook.model?.sharedModel.insertCell(last + 1, { cell_type: 'code' });
    notebook.activeCellIndex = last + 1;
    edit(notebook);
  }
  void notebook.scrollToItem(notebook.activeCellIndex, 'smart', 0);
}

/** Edit the active cell, which has just been made: its editor may take a moment to appear. */
function edit(notebook: Notebook): void {
  notebook.mode = 'edit';
  const cell = notebook.activeCell;
  void cell?.ready.then(() => {
    if (notebook.activeCell === cell && notebook.mode === 'edit') {
      cell.editor?.focus();
    }
  });
}
