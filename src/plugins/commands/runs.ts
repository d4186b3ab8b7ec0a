import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  ICommandPalette,
  InputDialog,
  type WidgetTracker
} from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { addIcon, refreshIcon, stopIcon } from '@jupyterlab/ui-components';
import { hasKernel } from '../../model/runwords';
import { IPatinaClient, IPatinaTracker, type IRunView } from '../../tokens';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { reported } from '../../widgets/notebook/report';
import { confirmed } from './confirmed';
import { PanelCommands } from './panelcommands';

/** Commands about the run that is shown: make, choose, rename, interrupt, restart, stop, delete. */
export const runs: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:run-commands',
  description: 'Commands about the runs of a Patina notebook.',
  autoStart: true,
  requires: [IPatinaClient, IPatinaTracker, ITranslator],
  optional: [ICommandPalette],
  activate: (
    app,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    translator: ITranslator,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('patina_lab');
    const commands = new PanelCommands(app, tracker, palette, trans);
    const noKernel = ({ run }: IRunView) =>
      hasKernel(run) ? null : trans.__('%1 has no kernel', run.title);
    const add = (
      id: string,
      label: string,
      execute: (run: IRunView, panel: PatinaPanel) => Promise<unknown>,
      options: {
        icon?: typeof stopIcon;
        unable?: (run: IRunView) => string | null;
      } = {}
    ) =>
      commands.add({
        id,
        label,
        icon: options.icon,
        needs: id === 'rename-run' ? 'edit' : 'run',
        unable: panel => {
          const run = shown(panel);
          return run
            ? (options.unable?.(run) ?? null)
            : trans.__('There is no run yet');
        },
        execute: panel => {
          const run = shown(panel);
          return run && reported(execute(run, panel));
        }
      });
    commands.add({
      id: 'new-run',
      needs: 'run',
      label: trans.__('New Run'),
      icon: addIcon,
      unable: panel =>
        panel.content.notebookId === null
          ? trans.__('The notebook is not open yet')
          : null,
      execute: panel => panel.execution.newRun()
    });
    add('interrupt', trans.__('Interrupt'), run => client.interrupt(run.id), {
      icon: stopIcon,
      unable: noKernel
    });
    add(
      'restart',
      trans.__('Restart Kernel…'),
      async run => {
        const isSure = await confirmed(
          trans.__('Restart the kernel of %1?', run.run.title),
          trans.__('Its variables are lost. The timeline is kept.'),
          trans.__('Restart')
        );
        return isSure && client.restart(run.id);
      },
      { icon: refreshIcon }
    );
    add(
      'stop-run',
      trans.__('Stop Kernel, Keep History'),
      run => client.stop(run.id),
      { unable: noKernel }
    );
    add('delete-run', trans.__('Delete Run…'), async run => {
      const isSure = await confirmed(
        trans.__('Delete %1?', run.run.title),
        trans.__(
          'Its kernel is stopped and its timeline is deleted for everybody. This cannot be undone.'
        ),
        trans.__('Delete')
      );
      return isSure && client.deleteRun(run.id);
    });
    add('rename-run', trans.__('Rename Run…'), async run => {
      const { value } = await InputDialog.getText({
        title: trans.__('Rename Run'),
        label: trans.__('Name'),
        text: run.run.title
      });
      return value?.trim() && client.rename(run.id, value.trim());
    });
    for (const [id, label, step] of [
      ['next-run', trans.__('Next Run'), 1],
      ['previous-run', trans.__('Previous Run'), -1]
    ] as const) {
      commands.add({
        id,
        label,
        unable: panel =>
          (panel.content.runs?.runs.length ?? 0) > 1
            ? null
            : trans.__('There is no other run'),
        execute: panel => showRunBeside(panel, step)
      });
    }
  }
};

function shown(panel: PatinaPanel): IRunView | null {
  const { currentRun, runs } = panel.content;
  return (currentRun !== null && runs?.get(currentRun)) || null;
}

function showRunBeside(panel: PatinaPanel, step: 1 | -1): void {
  const runs = panel.content.runs?.runs ?? [];
  const index = runs.findIndex(run => run.id === panel.content.currentRun);
  const next = runs[(index + step + runs.length) % runs.length];
  panel.content.currentRun = next?.id ?? null;
}
