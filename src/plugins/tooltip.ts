import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { ITooltipManager } from '@jupyterlab/tooltip';
import { ITranslator } from '@jupyterlab/translation';
import { IPatinaTracker } from '../tokens';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { PanelCommands } from './commands/panelcommands';

/** Shift+Tab in the source: what the kernel of the shown run knows about the name at the cursor. */
export const tooltip: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:tooltip',
  description: 'Shows what the kernel knows about a name.',
  autoStart: true,
  requires: [IPatinaTracker, ITooltipManager, ITranslator],
  activate: (
    app,
    tracker: WidgetTracker<PatinaPanel>,
    tooltips: ITooltipManager,
    translator: ITranslator
  ) => {
    const trans = translator.load('patina_lab');
    new PanelCommands(app, tracker, null, trans).add({
      id: 'tooltip',
      label: trans.__('Show Contextual Help'),
      unable: panel =>
        panel.kernelLink.kernel ? null : trans.__('The run has no kernel'),
      execute: ({ content, kernelLink }) => {
        const { notebook } = content;
        const editor = notebook.activeCell?.editor;
        const { kernel } = kernelLink;
        if (editor && kernel) {
          const { rendermime } = notebook;
          tooltips.invoke({ anchor: notebook, editor, kernel, rendermime });
        }
      }
    });
  }
};
