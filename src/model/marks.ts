import type * as wire from '../wire';

/** What is no longer true of a cell's latest result. */
export type CellMark = 'edited' | 'old session';

/** What is known of a cell beside its latest output cell. */
export interface ICellFacts {
  /** The hash of its source now; null when it was deleted. */
  readonly hash: string | null;
  /** Whether the state that the output cell left is still there. */
  readonly isAlive: boolean;
}

/** The mark of a cell by its latest output cell; running goes before edited, edited before old. */
export function markOf(
  output: wire.OutputCell | undefined,
  { hash, isAlive }: ICellFacts
): CellMark | null {
  if (!output || output.status === 'queued' || output.status === 'running') {
    return null;
  }
  if (hash !== null && hash !== output.source_hash) {
    return 'edited';
  }
  return isAlive ? null : 'old session';
}

/** Whether a run has the state that its output cells left, as far as its session tells. */
export function isAlive(run: wire.Run, session: number): boolean {
  return run.session === session && !ENDED.includes(run.status);
}

const ENDED: readonly wire.RunStatus[] = ['failed', 'stopped', 'lost'];
