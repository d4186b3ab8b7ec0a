import type * as wire from '../wire';

/** What a person new to these notebooks is told, in this order. */
export const HINTS = ['rerun', 'globals', 'fork', 'compare'] as const;

export type Hint = (typeof HINTS)[number];

/** What a person has done so far in a notebook. */
export interface IProgress {
  readonly runs: readonly wire.Run[];
  /** The first output cells of each run, without those it inherits. */
  readonly outputs: readonly {
    readonly run: string;
    readonly cell: string;
    readonly status: wire.CellStatus;
  }[];
  /** How the latest that has ended in the shown run ended; null when nothing has. */
  readonly latest: wire.CellStatus | null;
  /** Whether the panel of the variables is in view. */
  readonly isGlobalsShown: boolean;
}

/**
 * The hint to show now: the first whose moment has come, that was not dismissed, and whose advice
 * was not followed already. Null when there is none.
 */
export function hintNow(
  progress: IProgress,
  dismissed: ReadonlySet<string>
): Hint | null {
  const isDue = ({ due, done }: IMoment) => due(progress) && !done(progress);
  return (
    HINTS.find(hint => !dismissed.has(hint) && isDue(MOMENTS[hint])) ?? null
  );
}

interface IMoment {
  /** Whether the hint is of use now. */
  readonly due: (progress: IProgress) => boolean;
  /** Whether the person knows it already. */
  readonly done: (progress: IProgress) => boolean;
}

const ended = ({ outputs }: IProgress) =>
  outputs.filter(({ status }) => status === 'succeeded').length;

/** Also what ran again in a fork was run again: the result before is among what it inherits. */
const hasRerun = ({ runs, outputs }: IProgress) =>
  new Set(outputs.map(({ run, cell }) => `${rootOf(runs, run)} ${cell}`)).size <
  outputs.length;

/** The run that a run and its forks began with. */
function rootOf(runs: readonly wire.Run[], id: string): string {
  const parents = new Map(runs.map(run => [run.id, run.parent?.run]));
  const seen = new Set<string>();
  let root = id;
  for (let at: string | undefined = id; at && !seen.has(at);) {
    seen.add((root = at));
    at = parents.get(at);
  }
  return root;
}

const hasFork = ({ runs }: IProgress) =>
  runs.some(({ parent }) => parent !== undefined);

const MOMENTS: Record<Hint, IMoment> = {
  // Below an error it would praise what nobody wants to keep.
  rerun: { due: ({ latest }) => latest === 'succeeded', done: hasRerun },
  globals: {
    due: progress => ended(progress) >= 1,
    done: ({ isGlobalsShown }) => isGlobalsShown
  },
  fork: { due: progress => ended(progress) >= 2, done: hasFork },
  compare: { due: ({ runs }) => runs.length >= 2, done: () => false }
};
