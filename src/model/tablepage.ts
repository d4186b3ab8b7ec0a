import type { IPatinaClient } from '../tokens';
import type * as wire from '../wire';
import type { GlobalPath } from './globalrows';

/** How many rows and columns of a table are fetched at once. */
export const TABLE_ROWS = 50;
export const TABLE_COLUMNS = 30;

/** How many parts are asked for at once: a kernel has two seconds for each, also for the last. */
const AT_ONCE = 4;

/** What a column is called, and the type of what is in it; either may be empty. */
export interface ITableColumn {
  readonly label: string;
  readonly type: string;
}

/** Where a part of a table begins. */
export interface ITablePlace {
  readonly row: number;
  readonly column: number;
}

/** A part of a table: typed columns, and some of its rows. */
export interface ITablePage {
  readonly columns: readonly ITableColumn[];
  readonly rows: readonly (readonly string[])[];
  /** What the rows are called, where they have more than a number. */
  readonly index:
    (ITableColumn & { readonly values: readonly string[] }) | null;
  readonly place: ITablePlace;
  /** How many rows and columns there are. */
  readonly height: number;
  readonly width: number;
}

/** How a value is best shown on its own. */
export type PreviewKind = 'frame' | 'matrix' | 'vector' | 'parts';

/** Told by what the kernel says of a value; nothing is asked for. */
export function previewKind(page: wire.GlobalPage): PreviewKind {
  const { shape } = page.global;
  if (page.children[0]?.type === 'rows') {
    return 'frame';
  }
  if (
    !shape ||
    shape.length === 0 ||
    !/^\[\d+\]$/.test(page.children[0]?.name ?? '')
  ) {
    return 'parts';
  }
  return shape.length === 2
    ? 'matrix'
    : shape.length === 1
      ? 'vector'
      : 'parts';
}

/** Fetches pages of tables: of a frame by its columns, of an array by its rows. */
export class TableReader {
  constructor(
    private readonly _client: Pick<IPatinaClient, 'global'>,
    private readonly _run: string,
    private readonly _name: string,
    private readonly _path: GlobalPath
  ) {}

  /** The value itself and its first parts. */
  head(): Promise<wire.GlobalPage> {
    return this._page([], 0, 2);
  }

  async read(head: wire.GlobalPage, place: ITablePlace): Promise<ITablePage> {
    switch (previewKind(head)) {
      case 'frame':
        return this._frame(head, place);
      case 'matrix':
        return this._matrix(head, place);
      case 'vector':
      case 'parts':
        return this._list(place);
    }
  }

  /** Before the columns of a frame are its rows and, where they have names, its index. */
  private async _frame(
    head: wire.GlobalPage,
    place: ITablePlace
  ): Promise<ITablePage> {
    const [, second] = head.children;
    const index = second?.type === 'index' ? second : null;
    const before = index ? 2 : 1;
    const { children: columns } = await this._page(
      [],
      before + place.column,
      TABLE_COLUMNS
    );
    const labels = index ? await this._column(index, place) : [];
    const pages = await inTurn(columns, column => this._column(column, place));
    const count = Math.max(0, ...pages.map(values => values.length));
    return {
      columns: columns.map(described),
      rows: range(0, count).map(row => pages.map(values => values[row] ?? '')),
      index: index && { ...described(index), values: labels },
      place,
      height: head.global.shape?.[0] ?? 0,
      width: head.total - before
    };
  }

  private async _column(
    { name }: wire.Global,
    { row }: ITablePlace
  ): Promise<string[]> {
    const { children } = await this._page([name], row, TABLE_ROWS);
    return children.map(({ summary }) => summary);
  }

  private async _matrix(
    head: wire.GlobalPage,
    place: ITablePlace
  ): Promise<ITablePage> {
    const { row, column } = place;
    const [height, width] = head.global.shape ?? [0, 0];
    const pages = await inTurn(
      range(row, Math.min(row + TABLE_ROWS, height)),
      number => this._page([`[${number}]`], column, TABLE_COLUMNS)
    );
    const end = Math.min(column + TABLE_COLUMNS, width);
    return {
      columns: range(column, end).map(number => ({
        label: String(number),
        type: head.global.dtype ?? ''
      })),
      rows: pages.map(({ children }) => children.map(({ summary }) => summary)),
      index: null,
      place,
      height,
      width
    };
  }

  private async _list(place: ITablePlace): Promise<ITablePage> {
    const page = await this._page([], place.row, TABLE_ROWS);
    return {
      columns: [
        { label: '', type: '' },
        { label: '', type: '' }
      ],
      rows: page.children.map(({ name, type, summary }) => [
        stepLabel(name),
        type,
        summary
      ]),
      index: null,
      place,
      height: page.total,
      width: 2
    };
  }

  private _page(
    path: GlobalPath,
    offset: number,
    limit: number
  ): Promise<wire.GlobalPage> {
    const whole = [...this._path, ...path];
    return this._client.global(this._run, this._name, {
      path: whole,
      offset,
      limit
    });
  }
}

/** A step as a person would call it: `['price']` is price, and `index['day']` is day. */
export function stepLabel(step: string): string {
  return /^(?:index)?\['(.*)'\]$/s.exec(step)?.[1] ?? step;
}

/** Columns may be called by numbers, too. */
function described({ name, dtype }: wire.Global): ITableColumn {
  const number = /^\[(-?\d+)\]$/.exec(name)?.[1];
  return { label: number ?? stepLabel(name), type: dtype ?? '' };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n);
}

/** What becomes of each, in their order; a few at a time. */
async function inTurn<From, To>(
  items: readonly From[],
  ask: (item: From) => Promise<To>
): Promise<To[]> {
  const answers: To[] = [];
  for (let first = 0; first < items.length; first += AT_ONCE) {
    const some = items.slice(first, first + AT_ONCE);
    answers.push(...(await Promise.all(some.map(ask))));
  }
  return answers;
}
