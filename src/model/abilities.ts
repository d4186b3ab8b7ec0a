import type { TranslationBundle } from '@jupyterlab/translation';
import type { IRunView } from '../tokens';
import type * as wire from '../wire';

/** Why something cannot be done with a run now; null when it can. */
export type Unable = string | null;

/** Whether this execution took place, so that there is a state before and after it. */
function hasRun({ status }: wire.OutputCell): boolean {
  return status !== 'queued' && status !== 'not run';
}

/** The latest execution whose effects are in the run's state; null when nothing has run. */
export function latest(view: IRunView): wire.OutputCell | null {
  for (let index = view.seqs.length - 1; index >= 0; index--) {
    const cell = view.cell(view.seqs[index]);
    if (cell && hasRun(cell) && !cell.undone) {
      return cell;
    }
  }
  return null;
}

/** Why the run as it is cannot be forked. */
export function unableToFork(view: IRunView, trans: TranslationBundle): Unable {
  const { run } = view;
  return unableAtAll(
    run,
    'fork',
    trans.__('The kernel of %1 cannot be forked', run.title),
    trans
  );
}

/** Why the run cannot be forked with its state after this output cell. */
export function unableToForkAfter(
  view: IRunView,
  cell: wire.OutputCell,
  trans: TranslationBundle
): Unable {
  const unable = unableToFork(view, trans);
  if (unable !== null) {
    return unable;
  }
  if (cell.undone) {
    return trans.__('Output %1 was undone; its state is gone', cell.seq);
  }
  if (cell.session !== view.run.session) {
    return trans.__('Output %1 is of an earlier kernel', cell.seq);
  }
  if (!hasRun(cell) || cell.status === 'running') {
    return trans.__('Output %1 has not finished', cell.seq);
  }
  return isKeptAfter(view, cell)
    ? null
    : trans.__('The checkpoint after output %1 is no longer kept', cell.seq);
}

/** The state after an execution is the present one, or the one before the next execution. */
function isKeptAfter(view: IRunView, cell: wire.OutputCell): boolean {
  if (latest(view)?.seq === cell.seq) {
    return true;
  }
  const next = view.seqs
    .slice(view.seqs.indexOf(cell.seq) + 1)
    .find(seq => isExecution(view.cell(seq)));
  return next !== undefined && isKeptBefore(view.run, next);
}

function isExecution(cell: wire.OutputCell | undefined): boolean {
  return cell !== undefined && hasRun(cell);
}

/** Which checkpoints there are is told a moment after an execution; until then the server decides. */
function isJustOver({ ended }: wire.OutputCell): boolean {
  return ended !== undefined && Date.now() - Date.parse(ended) < TOLD_WITHIN;
}

/** In milliseconds; the clocks of page and server may differ by as much, which does no harm. */
const TOLD_WITHIN = 3000;

function isKeptBefore(run: wire.Run, seq: number): boolean {
  return run.checkpoints?.includes(seq) ?? false;
}

/** Why the latest execution cannot be undone. */
export function unableToUndo(view: IRunView, trans: TranslationBundle): Unable {
  const { run } = view;
  if (run.crash) {
    return null;
  }
  const unable = unableAtAll(
    run,
    'undo',
    trans.__('The kernel of %1 cannot go back', run.title),
    trans
  );
  if (unable !== null) {
    return unable;
  }
  if (run.status !== 'idle') {
    return trans.__('A cell is running; interrupt it first');
  }
  const cell = latest(view);
  if (!cell || cell.session !== run.session) {
    return trans.__('Nothing has run yet that could be undone');
  }
  return isKeptBefore(run, cell.seq) || isJustOver(cell)
    ? null
    : trans.__('The checkpoint before output %1 is no longer kept', cell.seq);
}

/** Why the run's state cannot be written to disk. */
export function unableToSave(view: IRunView, trans: TranslationBundle): Unable {
  const { run } = view;
  const unable = unableAtAll(
    run,
    'save',
    trans.__('The kernel of %1 cannot save its state', run.title),
    trans
  );
  if (unable !== null) {
    return unable;
  }
  return run.status === 'busy' || run.queue.length > 0
    ? trans.__('Cells of %1 are running or queued', run.title)
    : null;
}

/** Why the run cannot go on from the state that was saved of it. */
export function unableToContinue(
  { run }: IRunView,
  trans: TranslationBundle
): Unable {
  if (!run.saved) {
    return trans.__('No state of %1 was saved', run.title);
  }
  return ['starting', 'busy', 'forking'].includes(run.status)
    ? trans.__('%1 is at work; stop it first', run.title)
    : null;
}

function unableAtAll(
  run: wire.Run,
  capability: NonNullable<wire.Run['capabilities']>[number],
  cannot: string,
  trans: TranslationBundle
): Unable {
  if (run.crash) {
    return trans.__(
      'The kernel of %1 has crashed; go on from before the cell first',
      run.title
    );
  }
  switch (run.status) {
    case 'starting':
    case 'forking':
      return trans.__('%1 is still starting', run.title);
    case 'failed':
    case 'stopped':
    case 'lost':
      return trans.__('%1 has no kernel', run.title);
    case 'idle':
    case 'busy':
      return run.capabilities?.includes(capability) ? null : cannot;
  }
}
