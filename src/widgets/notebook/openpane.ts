import { hasKernel } from '../../model/runwords';
import type { Trust } from '../../model/trust';
import type { IRunsModel } from '../../tokens';
import { type IRunPanelServices, mountRuns } from '../timeline/mount';
import type { RunPanel } from '../timeline/runpanel';
import { keepWithin } from './liverunslimit';
import { keepLatestOutputs } from './outputslimit';
import type { PatinaPanel } from './panel';
import { report } from './report';

/** The runs beside the source; what this person runs is trusted, the rest when a person says so. */
export function openPane(
  panel: PatinaPanel,
  runs: IRunsModel,
  trustOf: (notebook: string) => Trust,
  services: IRunPanelServices
): RunPanel {
  const trust = trustOf(panel.content.notebookId ?? '');
  panel.trust = trust;
  panel.execution.queued.connect((_, cells) =>
    trust.own(cells.map(cell => cell.id))
  );
  const { settings, client, trans } = services;
  panel.execution.newRunOptions = () => settings.newRun;
  keepWithin(panel, runs, settings, trans);
  keepLatestOutputs(runs, settings, trust, client, trans);
  panel.closing.connect(() => {
    if (settings.onClose === 'stop' && panel.access.unableToRun === null) {
      const live = runs.runs.filter(({ run }) => hasKernel(run));
      live.forEach(({ id }) => void client.stop(id).catch(report));
    }
  });
  panel.disposed.connect(() => trust.dispose());
  placeTimeline(panel, settings);
  return mountRuns(panel, runs, trust, services);
}

/** Another setting that changes does not take back what a person chose for this notebook. */
function placeTimeline(
  panel: PatinaPanel,
  settings: IRunPanelServices['settings']
): void {
  let known: string | null = null;
  const arrange = () => {
    if (settings.timelinePosition !== known) {
      known = panel.content.halves.position = settings.timelinePosition;
    }
  };
  settings.changed.connect(arrange);
  panel.disposed.connect(() => settings.changed.disconnect(arrange));
  arrange();
}
