import type * as wire from '../wire';
import { hasKernel } from './runwords';

/** How many runs have a kernel, and how much memory those use that tell it, in bytes. */
export interface ILiveRuns {
  readonly count: number;
  readonly bytes: number;
}

export function liveRuns(runs: readonly wire.Run[]): ILiveRuns {
  const live = runs.filter(hasKernel);
  const bytes = live.reduce((sum, run) => sum + (run.memory_bytes ?? 0), 0);
  return { count: live.length, bytes };
}

/**
 * Says when there have become more live runs than a person wants: once for each further one, and
 * not of those that were there when the notebook was opened.
 */
export class LiveRunsWatch {
  private _known: number | null = null;

  /** Whether to warn now, with at most `most` live runs wanted. */
  isTooMany(count: number, most: number): boolean {
    const before = this._known ?? count;
    this._known = count;
    return count > most && count > before;
  }
}
