import { diffWordsWithSpace, structuredPatch } from 'diff';

/** A piece of a line; `isChanged` where the other text has something else. */
export interface IPiece {
  readonly text: string;
  readonly isChanged: boolean;
}

/** A line of a diff. A `gap` stands for lines that are the same in both texts. */
export type DiffLine =
  | { readonly kind: 'same' | 'removed' | 'added'; readonly pieces: IPiece[] }
  | { readonly kind: 'gap'; readonly count: number };

/** How many lines that are the same are shown around those that are not. */
const CONTEXT = 3;

/**
 * Texts further apart than this many lines are not compared line by line: the time it takes
 * grows with the square of it, and nobody would read the result.
 */
const MOST_EDITS = 1000;

/** The lines of `before` and `after`, changed ones with some around; empty when they are the same. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [old, now] = [ended(before), ended(after)];
  if (old === now) {
    return [];
  }
  const patch = structuredPatch('', '', old, now, '', '', {
    context: CONTEXT,
    maxEditLength: MOST_EDITS
  });
  if (!patch) {
    return [...plain('removed', old), ...plain('added', now)];
  }
  const lines: DiffLine[] = [];
  let next = 1;
  for (const hunk of patch.hunks) {
    pushGap(lines, hunk.oldStart - next);
    lines.push(...paired(hunk.lines.filter(line => !line.startsWith('\\'))));
    next = hunk.oldStart + hunk.oldLines;
  }
  pushGap(lines, old.split('\n').length - next);
  return lines;
}

/** What ends a text is no difference to a person. */
function ended(text: string): string {
  const body = text.replace(/\s+$/, '');
  return body === '' ? '' : `${body}\n`;
}

function pushGap(lines: DiffLine[], count: number): void {
  if (count > 0) {
    lines.push({ kind: 'gap', count });
  }
}

function plain(kind: 'removed' | 'added', text: string): DiffLine[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => ({ kind, pieces: [{ text: line, isChanged: false }] }));
}

const KINDS = { ' ': 'same', '-': 'removed', '+': 'added' } as const;

/** Where as many lines come as go, each says which of its words are others. */
function paired(marked: readonly string[]): DiffLine[] {
  const found: DiffLine[] = [];
  for (let index = 0; index < marked.length;) {
    const removed = stretch(marked, index, '-');
    const added = stretch(marked, index + removed.length, '+');
    if (removed.length > 0 && removed.length === added.length) {
      const pairs = removed.map((line, at) => words(line, added[at]));
      found.push(...pairs.map(it => line('removed', it.removed)));
      found.push(...pairs.map(it => line('added', it.added)));
      index += removed.length + added.length;
    } else {
      const mark = marked[index][0] as keyof typeof KINDS;
      const text = marked[index].slice(1);
      found.push(line(KINDS[mark], [{ text, isChanged: false }]));
      index += 1;
    }
  }
  return found;
}

function line(kind: 'same' | 'removed' | 'added', pieces: IPiece[]): DiffLine {
  return { kind, pieces };
}

/** The lines from `start` on that have this mark, without it. */
function stretch(
  marked: readonly string[],
  start: number,
  mark: string
): string[] {
  const rest = marked.slice(start);
  const end = rest.findIndex(line => !line.startsWith(mark));
  return rest.slice(0, end < 0 ? rest.length : end).map(line => line.slice(1));
}

function words(
  before: string,
  after: string
): { removed: IPiece[]; added: IPiece[] } {
  const parts = diffWordsWithSpace(before, after);
  const pick = (leaveOut: 'added' | 'removed'): IPiece[] =>
    parts
      .filter(part => !part[leaveOut])
      .map(part => ({
        text: part.value,
        isChanged: part.added || part.removed
      }));
  return { removed: pick('added'), added: pick('removed') };
}
