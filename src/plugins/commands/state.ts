import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ICommandPalette,
  Notification,
  type WidgetTracker
} from '@jupyterlab/apputils';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import {
  type Unable,
  unableToContinue,
  unableToSave,
  unableToUndo
} from '../../model/abilities';
import {
  IPatinaClient,
  IPatinaTracker,
  IPlainNotebooks,
  type IRunView
} from '../../tokens';
import type * as wire from '../../wire';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { continueSaved } from '../../widgets/notebook/continuesaved';
import { reported } from '../../widgets/notebook/report';
import { tellSaved } from '../../widgets/notebook/tellsaved';
import { commandsChanged } from './changed';
import { type IElsewhere, PanelCommands } from './panelcommands';

/** Commands about the live state of the shown run: undo, save, go on, run what was edited. */
export const state: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:state-commands',
  description: 'Commands about the live state of a run.',
  autoStart: true,
  requires: [IPatinaClient, IPatinaTracker, ITranslator],
  optional: [ICommandPalette, IPlainNotebooks],
  activate: (
    app,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    translator: ITranslator,
    palette: ICommandPalette | null,
    plain: IPlainNotebooks | null
  ) => {
    const trans = translator.load('patina_lab');
    const commands = new PanelCommands(app, tracker, palette, trans);
    const add = (
      id: string,
      label: string,
      caption: string,
      unable: (view: IRunView, trans: TranslationBundle) => Unable,
      execute: (view: IRunView) => Promise<unknown>,
      elsewhere?: IElsewhere
    ) =>
      commands.add({
        id,
        label,
        caption,
        needs: 'run',
        elsewhere,
        unable: ({ shownRun: { view } }) =>
          view ? unable(view, trans) : trans.__('There is no run yet'),
        execute: ({ shownRun: { view } }) => view && reported(execute(view))
      });
    add(
      'undo-execution',
      trans.__('Undo Last Execution'),
      trans.__('Go back to the state before the latest execution'),
      unableToUndo,
      view => client.undo(view.id),
      plain ? plainUndo(app.shell, client, plain, trans) : undefined
    );
    add(
      'save-state',
      trans.__('Save Run State'),
      trans.__('Write the variables to disk, to go on another day'),
      unableToSave,
      async view =>
        tellSaved(await saving(client, view, trans), view.run, trans)
    );
    add(
      'continue-run',
      trans.__('Continue Saved Run'),
      trans.__('Start a kernel with the state that was saved'),
      unableToContinue,
      ({ run }) => continueSaved(client, run, trans)
    );
    commands.add({
      id: 'run-edited',
      needs: 'run',
      label: trans.__('Run Edited Cells'),
      caption: trans.__('Run the cells that were edited since they ran'),
      unable: ({ live }) =>
        live?.marks.edited.length
          ? null
          : trans.__('No cell was edited since it ran'),
      execute: ({ content, execution, live }) => {
        const edited = new Set(live?.marks.edited);
        return execution.run(
          content.notebook.widgets.filter(({ model }) => edited.has(model.id))
        );
      }
    });
    const changed = () => commandsChanged(app.commands);
    tracker.widgetAdded.connect((_, panel) =>
      panel.content.opened.connect(() =>
        panel.live?.marks.changed.connect(changed)
      )
    );
  }
};

/** How long it is shown that something was done, in milliseconds; without it, only in a list. */
const SHOWN = 5000;

/** What was undone is marked in a plain notebook, where its cell is there; it is said as well. */
function plainUndo(
  shell: JupyterFrontEnd.IShell,
  client: IPatinaClient,
  plain: IPlainNotebooks,
  trans: TranslationBundle
): IElsewhere {
  const undo = async (kernel: string) => {
    const { left, msg_id } = await client.undoKernel(kernel);
    plain.markUndone(msg_id ?? '');
    plain.refresh();
    Notification.success(
      [
        trans.__('The variables are as before the latest cell; outputs stay.'),
        trans._n(
          'One more cell can be undone.',
          '%1 more cells can be undone.',
          left
        )
      ].join(' '),
      { autoClose: SHOWN }
    );
  };
  return {
    isInFront: () =>
      plain.kernel !== null && plain.front === shell.currentWidget,
    unable: () =>
      plain.kernel?.run.status === 'busy'
        ? trans.__('A cell is running; interrupt it first')
        : null,
    execute: () => plain.kernel && reported(undo(plain.kernel.id))
  };
}

/** Saving can take minutes: it is said that it goes on. */
async function saving(
  client: IPatinaClient,
  { id, run }: IRunView,
  trans: TranslationBundle
): Promise<wire.SaveReply> {
  const note = Notification.emit(
    trans.__('Saving the state of %1…', run.title),
    'in-progress',
    { autoClose: false }
  );
  try {
    return await client.save(id);
  } finally {
    Notification.dismiss(note);
  }
}
