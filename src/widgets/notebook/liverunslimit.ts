import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatBytes } from '../../model/bytes';
import { liveRuns, LiveRunsWatch } from '../../model/liveruns';
import type { IRunsModel } from '../../tokens';
import type { PatinaPanel } from './panel';
import type { NotebookSettings } from './settings';

/** How long the warning is seen, in milliseconds; then the notification centre has it. */
const SHOWN = 10_000;

/** Warn when there have become more live runs than a person has set. */
export function keepWithin(
  panel: PatinaPanel,
  runs: IRunsModel,
  settings: NotebookSettings,
  trans: TranslationBundle
): void {
  const watch = new LiveRunsWatch();
  const look = () => {
    const { count, bytes } = liveRuns(runs.runs.map(({ run }) => run));
    if (watch.isTooMany(count, settings.maxLiveRuns)) {
      Notification.warning(
        trans.__(
          '%1 runs of %2 have a kernel, with %3 in memory. Stop those that you do not need: Stop Kernel, Keep History.',
          count,
          panel.title.label,
          formatBytes(bytes)
        ),
        { autoClose: SHOWN }
      );
    }
  };
  void runs.ready.then(() => {
    if (!runs.isDisposed) {
      look();
      runs.runsChanged.connect(look);
    }
  });
}
