import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IMainMenu } from '@jupyterlab/mainmenu';
import type { Widget } from '@lumino/widgets';
import { ITranslator } from '@jupyterlab/translation';
import { IPatinaTracker } from '../tokens';
import { NO_ARGUMENTS } from './commands/panelcommands';

/** Makes JupyterLab's own Run, Kernel and Edit menus, and their keys, work on our notebooks. */
export const menus: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:menus',
  description: 'Connects Patina notebooks to the menus of JupyterLab.',
  autoStart: true,
  requires: [IPatinaTracker, IMainMenu, ITranslator],
  activate: (
    { commands },
    tracker: IPatinaTracker,
    menu: IMainMenu,
    translator: ITranslator
  ) => {
    const trans = translator.load('patina_lab');
    const isEnabled = (widget: Widget) => tracker.has(widget);
    const ours = (id: string) => ({ id: `patina:${id}`, isEnabled });
    const { codeRunners } = menu.runMenu;
    codeRunners.run.add(ours('run-and-advance'));
    codeRunners.runAll.add(ours('run-all'));
    codeRunners.restart.add(ours('restart'));
    const { kernelUsers } = menu.kernelMenu;
    kernelUsers.interruptKernel.add(ours('interrupt'));
    kernelUsers.restartKernel.add(ours('restart'));
    // Without it, Restart Kernel and Clear would be another Restart Kernel on our notebooks.
    commands.addCommand('patina:clear-outputs', {
      label: trans.__('Clear Outputs of All Cells'),
      caption: trans.__(
        'A timeline keeps its outputs: start a new run instead'
      ),
      describedBy: NO_ARGUMENTS,
      isEnabled: () => false,
      execute: () => undefined
    });
    kernelUsers.clearWidget.add(ours('clear-outputs'));
    kernelUsers.shutdownKernel.add(ours('stop-run'));
    menu.editMenu.undoers.undo.add(ours('undo-cells'));
    menu.editMenu.undoers.redo.add(ours('redo-cells'));
  }
};
