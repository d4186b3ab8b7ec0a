import type { TranslationBundle } from '@jupyterlab/translation';
import type * as wire from '../wire';
import { formatBytes } from './bytes';

/** A run and the runs that were forked from it, in the order they are given. */
export interface IRunNode {
  readonly run: wire.Run;
  readonly children: readonly IRunNode[];
}

/** Runs as a tree; a fork whose parent is not among them stands at the top. */
export function forkTree(runs: readonly wire.Run[]): IRunNode[] {
  const known = new Set(runs.map(({ id }) => id));
  const placed = new Set<string>();
  const grow = (run: wire.Run): IRunNode => {
    placed.add(run.id);
    const forks = runs.filter(
      ({ id, parent }) => parent?.run === run.id && !placed.has(id)
    );
    return { run, children: forks.map(grow) };
  };
  const isRoot = ({ parent }: wire.Run) => !parent || !known.has(parent.run);
  const roots = runs.filter(isRoot).map(grow);
  // Runs that name each other as parents, which only a damaged log can say, stand last.
  const rest = runs.filter(({ id }) => !placed.has(id));
  return [
    ...roots,
    ...rest.flatMap(run => (placed.has(run.id) ? [] : [grow(run)]))
  ];
}

/** Where a run was forked: `forked after #3`. Empty for one that was not. */
export function forkPoint(
  { parent }: wire.Run,
  trans: TranslationBundle
): string {
  if (!parent) {
    return '';
  }
  return parent.seq > 0
    ? trans.__('forked after #%1', parent.seq)
    : trans.__('forked before anything ran');
}

/** A run in short: where it was forked, what it does (a word), its outputs, its memory. */
export function runDetail(
  run: wire.Run,
  word: string,
  outputs: number,
  trans: TranslationBundle
): string {
  return [
    forkPoint(run, trans),
    word,
    trans._n('%1 output', '%1 outputs', outputs),
    run.memory_bytes ? formatBytes(run.memory_bytes) : ''
  ]
    .filter(Boolean)
    .join(' · ');
}
