import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import {
  type Unable,
  unableToFork,
  unableToForkAfter
} from '../../model/abilities';
import { forkIcon } from '../../icons';
import { hasKernel } from '../../model/runwords';
import { IPatinaTracker, type IRunView } from '../../tokens';
import type { PatinaPanel } from '../../widgets/notebook/panel';
import { PanelCommands } from './panelcommands';
import { selected } from './selected';

/** Commands that fork runs, and that run cells in more than one. */
export const forks: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:fork-commands',
  description: 'Commands that fork the runs of a Patina notebook.',
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
    const unable = ({ shownRun: { view } }: PatinaPanel): Unable =>
      view ? unableToFork(view, trans) : trans.__('There is no run yet');
    commands.add({
      id: 'fork-run',
      needs: 'run',
      label: trans.__('Fork Run'),
      icon: forkIcon,
      caption: trans.__('A new run that starts with exactly this live state'),
      unable,
      execute: ({ shownRun: { view }, live }) =>
        view && live?.forking.fork(view.id)
    });
    commands.add({
      id: 'run-in-fork',
      needs: 'run',
      label: trans.__('Fork and Run Cell'),
      caption: trans.__('Try the selected cells in a fork; this run stays'),
      unable,
      execute: ({ content, execution, shownRun: { view }, live }) => {
        const cells = execution.prepare(selected(content.notebook));
        content.notebook.mode = 'command';
        return view && live?.forking.fork(view.id, { cells });
      }
    });
    commands.add({
      id: 'fork-from-output',
      needs: 'run',
      label: trans.__('Fork from Here'),
      caption: trans.__('A new run with the state after the focused output'),
      unable: panel => {
        const place = panel.content.runPane?.focusedPlace;
        const view = place && panel.content.runs?.get(place.run);
        return view
          ? unableToForkAfter(view, place.cell, trans)
          : trans.__('No output has the focus');
      },
      execute: ({ content, live }) => {
        const place = content.runPane?.focusedPlace;
        return (
          place && live?.forking.fork(place.run, { after_seq: place.cell.seq })
        );
      }
    });
    commands.add({
      id: 'run-in-all',
      needs: 'run',
      label: trans.__('Run Cell in All Live Runs'),
      unable: panel =>
        live(panel).length > 0 ? null : trans.__('No run has a kernel'),
      execute: async panel => {
        const { content, execution } = panel;
        const cells = execution.prepare(selected(content.notebook));
        content.notebook.mode = 'command';
        await Promise.all(
          live(panel).map(({ id }) => execution.runIn(id, cells))
        );
      }
    });
  }
};

function live({ content }: PatinaPanel): IRunView[] {
  return (content.runs?.runs ?? []).filter(({ run }) => hasKernel(run));
}
