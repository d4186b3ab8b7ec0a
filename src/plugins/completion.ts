import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISanitizer, type WidgetTracker } from '@jupyterlab/apputils';
import { ICompletionProviderManager } from '@jupyterlab/completer';
import type { Session } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';
import { IPatinaTracker } from '../tokens';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { PanelCommands } from './commands/panelcommands';

/** Completion in the source, from the kernel of the shown run. */
export const completion: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:completion',
  description: 'Completes code in Patina notebooks.',
  autoStart: true,
  requires: [
    IPatinaTracker,
    ICompletionProviderManager,
    ISanitizer,
    ITranslator
  ],
  activate: (
    app,
    tracker: WidgetTracker<PatinaPanel>,
    manager: ICompletionProviderManager,
    sanitizer: ISanitizer,
    translator: ITranslator
  ) => {
    const trans = translator.load('patina_lab');
    const update = async (panel: PatinaPanel) => {
      const cell = panel.content.notebook.activeCell;
      await cell?.ready;
      if (panel.isDisposed) {
        return;
      }
      await manager.updateCompleter({
        widget: panel,
        editor: cell?.editor ?? null,
        session: sessionOf(panel),
        sanitizer
      });
    };
    tracker.widgetAdded.connect((_, panel) => {
      // One after the other: the manager makes a completer a call until the first is there.
      let last = Promise.resolve();
      const again = () => {
        last = last.then(() => update(panel));
      };
      panel.content.notebook.activeCellChanged.connect(again);
      panel.kernelLink.changed.connect(again);
      manager.activeProvidersChanged.connect(again);
      panel.disposed.connect(() =>
        manager.activeProvidersChanged.disconnect(again)
      );
      again();
    });
    const commands = new PanelCommands(app, tracker, null, trans);
    commands.add({
      id: 'complete',
      label: trans.__('Complete Code'),
      execute: panel => manager.invoke(panel.id)
    });
    commands.add({
      id: 'choose-completion',
      label: trans.__('Choose the Completion'),
      execute: panel => manager.select(panel.id)
    });
  }
};

/** Completion asks the session for its kernel and for nothing else; a run has no Jupyter session. */
function sessionOf(panel: PatinaPanel): Session.ISessionConnection | null {
  const { kernel } = panel.kernelLink;
  return kernel && ({ kernel } as Session.ISessionConnection);
}
