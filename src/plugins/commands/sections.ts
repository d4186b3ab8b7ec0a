import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { type Notebook, NotebookActions } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { type ISection, sectionAt } from '../../model/sections';
import { IPatinaTracker } from '../../tokens';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { PanelCommands } from './panelcommands';

/** Commands about sections: the cells below a heading, up to the next of its level or above. */
export const sections: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:section-commands',
  description: 'Commands about the sections of a Patina notebook.',
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
    const unable = ({ content }: PatinaPanel) =>
      sectionOf(content.notebook)
        ? null
        : trans.__('There is no heading above the cell');
    commands.add({
      id: 'run-section',
      needs: 'run',
      label: trans.__('Run Section'),
      caption: trans.__('Run the cells below the heading above the cell'),
      unable,
      execute: ({ content: { notebook }, execution }) => {
        const section = sectionOf(notebook);
        notebook.mode = 'command';
        return (
          section &&
          execution.run(notebook.widgets.slice(section.start, section.end))
        );
      }
    });
    commands.add({
      id: 'toggle-section',
      label: trans.__('Collapse or Expand Section'),
      caption: trans.__('Hide or show the cells below the heading'),
      unable,
      execute: ({ content }) => toggle(content.notebook)
    });
  }
};

function sectionOf(notebook: Notebook): ISection | null {
  const cells = notebook.widgets.map(({ model }) => ({
    type: model.type,
    source: model.sharedModel.source
  }));
  return sectionAt(cells, notebook.activeCellIndex);
}

/** The heading becomes the active cell, so that none that is hidden is. */
function toggle(notebook: Notebook): void {
  const heading = notebook.widgets[sectionOf(notebook)?.start ?? -1];
  if (heading) {
    const { collapsed } = NotebookActions.getHeadingInfo(heading);
    notebook.mode = 'command';
    notebook.activeCellIndex = notebook.widgets.indexOf(heading);
    NotebookActions.setHeadingCollapse(heading, !collapsed, notebook);
  }
}
