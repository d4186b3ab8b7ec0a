import type { IRunsModel, IRunView } from '../tokens';
import type * as wire from '../wire';

/** Output cells that a run has from one of the runs it was forked from. */
export interface IInherited {
  readonly view: IRunView;
  /** In order; never empty. */
  readonly seqs: readonly number[];
  /** The last output cell that is shared. */
  readonly until: number;
}

/** What a run inherits, the oldest ancestor first. Ancestors that are gone leave a gap. */
export function inherited(
  runs: Pick<IRunsModel, 'get'>,
  run: string
): IInherited[] {
  return ancestors(runs, run)
    .map(({ view, until }) => ({
      view,
      until,
      seqs: view.seqs.filter(seq => seq <= until)
    }))
    .filter(({ seqs }) => seqs.length > 0)
    .reverse();
}

/** A run's ancestors with the last output cell it has of each, the parent first. */
export function ancestors(
  runs: Pick<IRunsModel, 'get'>,
  run: string
): { view: IRunView; until: number }[] {
  const found: { view: IRunView; until: number }[] = [];
  const seen = new Set([run]);
  let point = runs.get(run)?.run.parent;
  let until = Infinity;
  while (point && !seen.has(point.run)) {
    seen.add(point.run);
    until = Math.min(until, point.seq);
    const view = runs.get(point.run);
    if (view) {
      found.push({ view, until });
    }
    point = view?.run.parent;
  }
  return found;
}

/** How many forks led to a run; those from runs that are gone count once. */
export function forkDepth(runs: Pick<IRunsModel, 'get'>, run: string): number {
  const known = ancestors(runs, run);
  const oldest = known.at(-1)?.view ?? runs.get(run);
  return known.length + (oldest?.run.parent ? 1 : 0);
}

/**
 * Whether an output cell's effects are part of the state that was forked after `until`.
 *
 * Executions are undone from the last one backwards: while the one at the fork point stands,
 * what is undone before it was undone before the fork. If that itself is undone, it was later.
 */
export function wasAlive(
  view: IRunView,
  cell: wire.OutputCell,
  until: number
): boolean {
  return !cell.undone || view.cell(until)?.undone === true;
}
