import type { PatinaPanel } from '../notebook/panel';
import type { IForkActions } from './reports';

/** What the notices about forks do in a notebook. Reports stay dismissed as long as the page. */
export function forkActions(
  panel: PatinaPanel,
  changed: () => void
): IForkActions {
  const dismissed = new Set<string>();
  const { content, execution } = panel;
  return {
    retryFork: () => void panel.live?.forking.retry(),
    dismissTrouble: () => panel.live?.forking.dismiss(),
    startOver: () => {
      panel.live?.forking.dismiss();
      const { activeCellIndex, widgets } = content.notebook;
      const cells = execution.prepare(widgets.slice(0, activeCellIndex));
      void execution
        .newRun()
        .then(run => run && execution.runIn(run.id, cells));
    },
    dismissReport: run => {
      dismissed.add(run);
      changed();
    },
    isReportDismissed: run => dismissed.has(run)
  };
}
