import type * as wire from '../wire';
import type { CellMark } from './marks';

/** What is to be said of a section: what most asks for a person's eye. */
export type SectionStatus = 'running' | 'failed' | 'succeeded' | CellMark;

/** What is known of a code cell in it. */
export interface ICellState {
  /** Of its latest output; null when there is none. */
  readonly status: wire.CellStatus | null;
  readonly mark: CellMark | null;
}

/**
 * Sum up the code cells of a section; running goes before edited, edited before failed, as with a
 * cell's own marks. Null where not all of it has run and nothing else is to be said.
 */
export function sectionStatus(
  cells: readonly ICellState[]
): SectionStatus | null {
  const has = (...wanted: wire.CellStatus[]) =>
    cells.some(({ status }) => status !== null && wanted.includes(status));
  const isMarked = (wanted: CellMark) =>
    cells.some(({ mark }) => mark === wanted);
  if (has('running', 'queued')) {
    return 'running';
  }
  if (isMarked('edited')) {
    return 'edited';
  }
  if (has('failed', 'interrupted')) {
    return 'failed';
  }
  if (isMarked('old session')) {
    return 'old session';
  }
  const isDone = cells.every(({ status }) => status === 'succeeded');
  return isDone && cells.length > 0 ? 'succeeded' : null;
}
