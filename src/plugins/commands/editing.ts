import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { type Notebook, NotebookActions } from '@jupyterlab/notebook';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { addIcon } from '@jupyterlab/ui-components';
import { IPatinaTracker } from '../../tokens';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { PanelCommands } from './panelcommands';

type Edit = [id: string, label: string, edit: (notebook: Notebook) => unknown];

/** What can be done in a notebook that is read-only, too. */
const READING = new Set([
  'copy-cell',
  'select-above',
  'select-below',
  'extend-above',
  'extend-below',
  'select-all',
  'command-mode'
]);

/** Editing cells: JupyterLab's own actions under our ids, because its commands want its own panel. */
export const editing: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:editing-commands',
  description: 'Commands that edit the cells of a Patina notebook.',
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
    for (const [id, label, edit] of edits(trans)) {
      commands.add({
        id,
        label,
        icon: id === 'insert-below' ? addIcon : undefined,
        unable: panel =>
          panel.model.readOnly && !READING.has(id)
            ? trans.__('The notebook is read-only')
            : null,
        execute: panel => edit(panel.content.notebook)
      });
    }
  }
};

function edits(trans: TranslationBundle): Edit[] {
  const actions = NotebookActions;
  return [
    ['insert-above', trans.__('Insert Cell Above'), actions.insertAbove],
    ['insert-below', trans.__('Insert Cell Below'), actions.insertBelow],
    ['delete-cell', trans.__('Delete Cell'), actions.deleteCells],
    ['cut-cell', trans.__('Cut Cell'), actions.cut],
    ['copy-cell', trans.__('Copy Cell'), actions.copy],
    ['paste-cell', trans.__('Paste Cell Below'), n => actions.paste(n)],
    ['undo-cells', trans.__('Undo'), actions.undo],
    ['redo-cells', trans.__('Redo'), actions.redo],
    ['split-cell', trans.__('Split Cell'), actions.splitCell],
    ['merge-cells', trans.__('Merge Cells'), n => actions.mergeCells(n)],
    ['move-cell-up', trans.__('Move Cell Up'), actions.moveUp],
    ['move-cell-down', trans.__('Move Cell Down'), actions.moveDown],
    ['select-above', trans.__('Select Cell Above'), actions.selectAbove],
    ['select-below', trans.__('Select Cell Below'), actions.selectBelow],
    [
      'extend-above',
      trans.__('Extend Selection Above'),
      n => actions.extendSelectionAbove(n)
    ],
    [
      'extend-below',
      trans.__('Extend Selection Below'),
      n => actions.extendSelectionBelow(n)
    ],
    ['select-all', trans.__('Select All Cells'), actions.selectAll],
    ['edit-mode', trans.__('Enter Edit Mode'), n => (n.mode = 'edit')],
    ['command-mode', trans.__('Enter Command Mode'), n => (n.mode = 'command')],
    ['to-code', trans.__('Change to Code'), retype('code')],
    ['to-markdown', trans.__('Change to Markdown'), retype('markdown')],
    ['to-raw', trans.__('Change to Raw'), retype('raw')],
    ...[1, 2, 3, 4, 5, 6].map<Edit>(level => [
      `to-heading-${level}`,
      trans.__('Change to Heading %1', level),
      n => actions.setMarkdownHeader(n, level)
    ])
  ];
}

function retype(type: 'code' | 'markdown' | 'raw'): Edit[2] {
  return notebook => NotebookActions.changeCellType(notebook, type);
}
