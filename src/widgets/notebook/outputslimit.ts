import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatBytes } from '../../model/bytes';
import { isToBeFreed } from '../../model/outputslimit';
import type { Trust } from '../../model/trust';
import type { IPatinaClient, IRunsModel, IRunView } from '../../tokens';
import { report } from './report';
import type { NotebookSettings } from './settings';

/** How long it is shown that outputs were deleted, in milliseconds. */
const SHOWN = 10_000;

/**
 * Keeps as many outputs of a run as a person has set, and says what that freed. Only where they
 * run cells themselves: looking into a notebook deletes nothing.
 */
export function keepLatestOutputs(
  runs: IRunsModel,
  settings: NotebookSettings,
  trust: Trust,
  client: IPatinaClient,
  trans: TranslationBundle
): void {
  const asking = new Set<IRunView>();
  const look = async (view: IRunView) => {
    const { keepOutputs: keep } = settings;
    const latest = view.cell(view.seqs.at(-1) ?? 0);
    const isOwn = latest !== undefined && trust.isOwn(latest.id);
    const isAtRest = view.run.status !== 'busy';
    const count = view.seqs.length - (spared.get(view.id) ?? 0);
    if (
      keep === 'all' ||
      asking.has(view) ||
      !(isOwn && isAtRest && isToBeFreed(count, keep))
    ) {
      return;
    }
    asking.add(view);
    try {
      const freed = await client.freeSpace(view.id, keep);
      spared.set(view.id, freed.spared);
      if (freed.deleted > 0) {
        tell(view, freed.deleted, freed.bytes);
      }
    } catch (error) {
      // Said once: it would be as wrong after each further cell.
      spared.set(view.id, Infinity);
      report(error);
    } finally {
      asking.delete(view);
    }
  };
  const spared = new Map<string, number>();
  const tell = ({ run }: IRunView, deleted: number, bytes: number) =>
    Notification.info(
      trans._n(
        '%2: %1 older output was deleted, %3 are free. The setting keepOutputs says so.',
        '%2: %1 older outputs were deleted, %3 are free. The setting keepOutputs says so.',
        deleted,
        run.title,
        formatBytes(bytes)
      ),
      { autoClose: SHOWN }
    );
  const onCells = (view: IRunView) => void look(view);
  const follow = () =>
    runs.runs.forEach(view => {
      view.changed.disconnect(onCells);
      view.changed.connect(onCells);
    });
  runs.runsChanged.connect(follow);
  follow();
}
