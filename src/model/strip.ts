import type * as wire from '../wire';
import { formatDuration } from './duration';
import type { CellMark } from './marks';

/** What the strip under a cell shows, and says to a screen reader. */
export interface IStripState {
  /**
   * `asked`: this page asked for a run and the server has not yet said so. `asking`: the cell runs
   * and waits for an answer. `undone`: nothing of what it came to is left.
   */
  readonly status: wire.CellStatus | 'asked' | 'asking' | 'undone' | 'none';
  readonly seq: number | null;
  /** RFC 3339; set while the cell runs, so that its duration can be counted. */
  readonly since: string | null;
  readonly durationMs: number | null;
  /** How long it took the time before; null when not known or not worth saying. */
  readonly previousMs: number | null;
  readonly counts: readonly { title: string; count: number }[];
  /** What is no longer true of the result; goes before its status. */
  readonly mark: CellMark | null;
}

export const NOTHING_RAN: IStripState = {
  status: 'none',
  seq: null,
  since: null,
  durationMs: null,
  previousMs: null,
  counts: [],
  mark: null
};

/** Describe a cell of the source by its latest output cell in the shown run. */
export function describeStrip(
  output: wire.OutputCell | undefined,
  isAsked: boolean,
  previousMs: number | null,
  counts: IStripState['counts'],
  mark: CellMark | null = null
): IStripState {
  if (isAsked) {
    return { ...NOTHING_RAN, status: 'asked', counts };
  }
  if (!output) {
    return { ...NOTHING_RAN, counts };
  }
  if (output.undone) {
    return { ...NOTHING_RAN, status: 'undone', seq: output.seq, counts };
  }
  const isRunning = output.status === 'running';
  return {
    status: isRunning && output.input_request ? 'asking' : output.status,
    seq: output.seq,
    since: isRunning ? (output.started ?? null) : null,
    durationMs: lasted(output),
    previousMs: isRunning ? previousMs : null,
    counts,
    mark
  };
}

/** The text of the duration at `now` (milliseconds since 1970), with the previous one while it runs. */
export function durationText(state: IStripState, now: number): string {
  if (state.since !== null) {
    return formatDuration(now - Date.parse(state.since));
  }
  return state.durationMs === null ? '' : formatDuration(state.durationMs);
}

function lasted(output: wire.OutputCell): number | null {
  return output.started && output.ended
    ? Date.parse(output.ended) - Date.parse(output.started)
    : null;
}
