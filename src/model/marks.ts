import type { IRunView } from '../tokens';
import type * as wire from '../wire';

/** What is no longer true of a cell's latest result. */
export type CellMark = 'edited' | 'old session';

/** What is known of a cell beside its latest output cell. */
export interface ICellFacts {
  /** The hash of its source now; null when it was deleted. */
  readonly hash: string | null;
  readonly life: StateLife;
}

/** What became of the state that an output cell left: it is there, its kernel is gone, or the one after. */
export type StateLife = 'alive' | 'ended' | 'over';

/** The mark of a cell by its latest output cell; running goes before edited, edited before old. */
export function markOf(
  output: wire.OutputCell | undefined,
  { hash, life }: ICellFacts
): CellMark | null {
  if (!output || output.status === 'queued' || output.status === 'running') {
    return null;
  }
  if (hash !== null && hash !== output.source_hash) {
    return 'edited';
  }
  // What ended the kernel is to be seen as long as no other kernel has taken its place.
  const isNews = life === 'ended' && output.status === 'failed';
  return life === 'alive' || isNews ? null : 'old session';
}

/** What became of the state that an output cell of a run left; a saved state may have it. */
export function lifeAfter(
  view: IRunView,
  { session, seq }: wire.OutputCell
): StateLife {
  const loaded = view.run.loaded_seq;
  const isLoaded =
    loaded !== undefined &&
    seq <= loaded &&
    view.cell(loaded)?.session === session;
  return lifeOf(view.run, isLoaded ? view.run.session : session);
}

/** What became of the states of a session of a run. After a crash, a run can go on from them. */
export function lifeOf(run: wire.Run, session: number): StateLife {
  if (run.session !== session) {
    return 'over';
  }
  return ENDED.includes(run.status) && !run.crash ? 'ended' : 'alive';
}

const ENDED: readonly wire.RunStatus[] = ['failed', 'stopped', 'lost'];
