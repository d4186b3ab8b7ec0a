import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IMainMenu } from '@jupyterlab/mainmenu';
import type { Widget } from '@lumino/widgets';
import { IPatinaTracker } from '../tokens';

/** Makes JupyterLab's own Run, Kernel and Edit menus, and their keys, work on our notebooks. */
export const menus: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:menus',
  description: 'Connects Patina notebooks to the menus of JupyterLab.',
  autoStart: true,
  requires: [IPatinaTracker, IMainMenu],
  activate: (_, tracker: IPatinaTracker, menu: IMainMenu) => {
    const isEnabled = (widget: Widget) => tracker.has(widget);
    const ours = (id: string) => ({ id: `patina:${id}`, isEnabled });
    const { codeRunners } = menu.runMenu;
    codeRunners.run.add(ours('run-and-advance'));
    codeRunners.runAll.add(ours('run-all'));
    codeRunners.restart.add(ours('restart'));
    const { kernelUsers } = menu.kernelMenu;
    kernelUsers.interruptKernel.add(ours('interrupt'));
    kernelUsers.restartKernel.add(ours('restart'));
    // Restart Kernel and Clear is then not taken for another Restart Kernel: outputs are kept.
    kernelUsers.clearWidget.add({
      id: 'notebook:clear-all-cell-outputs',
      isEnabled
    });
    kernelUsers.shutdownKernel.add(ours('stop-run'));
    menu.editMenu.undoers.undo.add(ours('undo-cells'));
    menu.editMenu.undoers.redo.add(ours('redo-cells'));
  }
};
