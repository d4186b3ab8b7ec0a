import type { TranslationBundle } from '@jupyterlab/translation';
import type * as wire from '../wire';

/** What a person wants to see of a comparison. */
export interface ICompareOptions {
  readonly onlyDifferences: boolean;
  readonly code: boolean;
  readonly outputs: boolean;
  readonly globals: boolean;
}

/** Two outputs that are pictures, at the same place in both output cells. */
export interface IPicturePair {
  readonly left: wire.Manifest;
  readonly right: wire.Manifest;
}

export const PICTURES = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/svg+xml'
] as const;

/** The type of the picture that an output has; undefined when it has none. */
export function pictureType({ data }: wire.Manifest): string | undefined {
  return PICTURES.find(mime => data?.[mime] !== undefined);
}

/**
 * The cells of a comparison that are shown, in the order of the source and then of time; those
 * of cells that were deleted come last.
 */
export function shownCells(
  { cells }: Pick<wire.Comparison, 'cells'>,
  { onlyDifferences, code, outputs }: ICompareOptions,
  placeOf: (cell: string) => number | null
): wire.ComparedCell[] {
  const isWanted = ({ differs }: wire.ComparedCell) =>
    differs.some(what =>
      what === 'code' ? code : what === 'outputs' ? outputs : true
    );
  return cells
    .filter(cell => !onlyDifferences || isWanted(cell))
    .map(cell => ({ cell, place: placeOf(cell.cell) ?? Infinity }))
    .sort(
      (a, b) => a.place - b.place || (begun(a.cell) < begun(b.cell) ? -1 : 1)
    )
    .map(({ cell }) => cell);
}

/** When the later of two output cells began. */
function begun({ left, right }: wire.ComparedCell): string {
  const times = [left, right].flatMap(ran => ran?.started ?? ran?.queued ?? []);
  return times.sort().at(-1) ?? '';
}

/** The pictures of two output cells that can be laid over each other. */
export function picturePairs({
  left,
  right
}: wire.ComparedCell): IPicturePair[] {
  const theirs = pictures(right);
  return pictures(left).flatMap((ours, index) => {
    const other = theirs[index];
    return other ? [{ left: ours, right: other }] : [];
  });
}

function pictures(ran: wire.OutputCell | undefined): wire.Manifest[] {
  return (ran?.outputs ?? []).filter(output => pictureType(output));
}

/** The variables that are shown, and how many that look alike are not. */
export function shownGlobals(
  { globals }: Pick<wire.Comparison, 'globals'>,
  { onlyDifferences }: ICompareOptions
): wire.ComparedGlobal[] {
  return onlyDifferences
    ? globals.filter(({ verdict }) => verdict === 'different')
    : [...globals];
}

/** How long an output cell took, in milliseconds; null while it runs or when it never did. */
export function tookMs({
  started,
  ended
}: Pick<wire.OutputCell, 'started' | 'ended'>): number | null {
  return started && ended ? Date.parse(ended) - Date.parse(started) : null;
}

export function differenceWord(
  what: wire.Difference,
  left: string,
  right: string,
  trans: TranslationBundle
): string {
  const words: Record<wire.Difference, string> = {
    'only left': trans.__('only in %1', left),
    'only right': trans.__('only in %1', right),
    code: trans.__('code'),
    outputs: trans.__('outputs'),
    status: trans.__('status')
  };
  return words[what];
}

export function verdictWord(
  verdict: wire.Verdict,
  trans: TranslationBundle
): string {
  const words: Record<wire.Verdict, string> = {
    same: trans.__('same'),
    alike: trans.__('looks alike'),
    different: trans.__('different')
  };
  return words[verdict];
}

/**
 * Which run another is compared with when nobody has said it: the baseline, else what it was
 * forked from, else the latest other one; null when there is no other.
 */
export function counterpart(
  run: wire.Run,
  runs: readonly wire.Run[],
  baseline: string | null
): string | null {
  const others = runs.filter(({ id }) => id !== run.id);
  const has = (id: string | null | undefined) =>
    others.some(other => other.id === id);
  if (has(baseline)) {
    return baseline;
  }
  if (has(run.parent?.run)) {
    return run.parent?.run ?? null;
  }
  const fork = others.find(({ parent }) => parent?.run === run.id);
  return fork?.id ?? others.at(-1)?.id ?? null;
}
