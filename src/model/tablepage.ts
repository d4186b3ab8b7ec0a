import type { IPatinaClient } from '../tokens';
import type * as wire from '../wire';
import type { GlobalPath } from './globalrows';

/** How many rows and columns of a table are fetched at once. */
export const TABLE_ROWS = 50;
export const TABLE_COLUMNS = 30;

/** A part of a table: typed columns, and the rows from `offset` on. */
export interface ITablePage {
  readonly columns: readonly { label: string; type: string }[];
  readonly rows: readonly (readonly string[])[];
  readonly offset: number;
  readonly total: number;
  /** How many columns are left out. */
  readonly moreColumns: number;
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
    return this._page([], 0, TABLE_COLUMNS + 1);
  }

  async read(head: wire.GlobalPage, offset: number): Promise<ITablePage> {
    switch (previewKind(head)) {
      case 'frame':
        return this._frame(head, offset);
      case 'matrix':
        return this._matrix(head, offset);
      case 'vector':
      case 'parts':
        return this._list(offset);
    }
  }

  private async _frame(
    head: wire.GlobalPage,
    offset: number
  ): Promise<ITablePage> {
    const columns = head.children.slice(1);
    const pages = await Promise.all(
      columns.map(({ name }) => this._page([name], offset, TABLE_ROWS))
    );
    const count = Math.max(0, ...pages.map(({ children }) => children.length));
    return {
      columns: columns.map(({ name, dtype }) => ({
        label: stepLabel(name),
        type: dtype ?? ''
      })),
      rows: Array.from({ length: count }, (_, row) =>
        pages.map(({ children }) => children[row]?.summary ?? '')
      ),
      offset,
      total: head.global.shape?.[0] ?? 0,
      moreColumns: head.total - head.children.length
    };
  }

  private async _matrix(
    head: wire.GlobalPage,
    offset: number
  ): Promise<ITablePage> {
    const [height, width] = head.global.shape ?? [0, 0];
    const numbers = range(offset, Math.min(offset + TABLE_ROWS, height));
    const pages = await Promise.all(
      numbers.map(row => this._page([`[${row}]`], 0, TABLE_COLUMNS))
    );
    const shown = Math.min(width, TABLE_COLUMNS);
    return {
      columns: range(0, shown).map(column => ({
        label: String(column),
        type: head.global.dtype ?? ''
      })),
      rows: pages.map(({ children }) => children.map(({ summary }) => summary)),
      offset,
      total: height,
      moreColumns: width - shown
    };
  }

  private async _list(offset: number): Promise<ITablePage> {
    const page = await this._page([], offset, TABLE_ROWS);
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
      offset,
      total: page.total,
      moreColumns: 0
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

/** A step as a person would call it: `['price']` is price. */
export function stepLabel(step: string): string {
  return /^\['(.*)'\]$/s.exec(step)?.[1] ?? step;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n);
}
