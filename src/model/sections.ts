/** A cell of the source, as far as sections are concerned. */
export interface ISourceCell {
  readonly type: string;
  readonly source: string;
}

/** The cells from a heading up to the next one of its level or above: `[start, end)`. */
export interface ISection {
  readonly start: number;
  readonly end: number;
  /** 1 to 6. */
  readonly level: number;
  /** The heading's text. */
  readonly title: string;
}

/** All sections, in order; those inside another one follow it. */
export function sections(cells: readonly ISourceCell[]): ISection[] {
  const headings = cells.flatMap((cell, index) => {
    const heading = headingOf(cell);
    return heading ? [{ ...heading, start: index }] : [];
  });
  return headings.map((heading, index) => {
    const next = headings
      .slice(index + 1)
      .find(({ level }) => level <= heading.level);
    return { ...heading, end: next?.start ?? cells.length };
  });
}

/** The innermost section that this cell is in; null above the first heading. */
export function sectionAt(
  cells: readonly ISourceCell[],
  index: number
): ISection | null {
  return (
    sections(cells).findLast(
      ({ start, end }) => start <= index && index < end
    ) ?? null
  );
}

/**
 * The heading of a cell: the highest of its headings, and the first of those, as JupyterLab
 * collapses it.
 */
export function headingOf({
  type,
  source
}: ISourceCell): { level: number; title: string } | null {
  if (type !== 'markdown') {
    return null;
  }
  let found: { level: number; title: string } | null = null;
  for (const heading of headingsIn(source)) {
    if (!found || heading.level < found.level) {
      found = heading;
    }
  }
  return found;
}

const ATX = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/;
const SETEXT = /^ {0,3}(=+|-+)[ \t]*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** CommonMark's headings, `#` and underlined, outside of fenced code. */
function* headingsIn(
  source: string
): Generator<{ level: number; title: string }> {
  let fence: string | null = null;
  let before = '';
  for (const line of source.split('\n')) {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== null) {
      fence = mark?.startsWith(fence) ? null : fence;
      before = '';
      continue;
    }
    const atx = ATX.exec(line);
    const underline = before.trim() === '' ? null : SETEXT.exec(line);
    if (mark) {
      fence = mark;
    } else if (atx) {
      yield { level: atx[1].length, title: atx[2] };
    } else if (underline) {
      yield {
        level: underline[1].startsWith('=') ? 1 : 2,
        title: before.trim()
      };
    }
    before = mark || atx || underline ? '' : line;
  }
}
