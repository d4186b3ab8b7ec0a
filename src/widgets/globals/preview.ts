import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { GlobalPath } from '../../model/globalrows';
import { sizeText, typeText } from '../../model/globalwords';
import { shortNumber } from '../../model/shortnumber';
import {
  type ITableColumn,
  type ITablePage,
  type ITablePlace,
  previewKind,
  TABLE_COLUMNS,
  TABLE_ROWS,
  TableReader
} from '../../model/tablepage';
import { hasKernel } from '../../model/runwords';
import type { IPatinaClient, IRunView } from '../../tokens';
import { sentences } from '../../model/said';
import type * as wire from '../../wire';
import { button, element } from '../timeline/element';

/** One variable, or a part of one, on its own: frames and arrays as tables, page by page. */
export class GlobalPreview extends Widget {
  constructor(
    client: Pick<IPatinaClient, 'global'>,
    private readonly _view: IRunView,
    private readonly _name: string,
    private readonly _path: GlobalPath,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaPreview');
    this._reader = new TableReader(client, _view.id, _name, _path);
    this._table.tabIndex = 0;
    this._table.setAttribute('role', 'region');
    this._table.setAttribute(
      'aria-label',
      this._trans.__('Values of %1', _name)
    );
    this._facts.textContent = [_name, ..._path].join('');
    this._position.textContent = this._trans.__('Loading…');
    this.node.append(this._facts, this._bar(), this._table);
    _view.globalsChanged.connect(this._onGlobals, this);
    void this.read();
  }

  /** Fetch what is shown, again. */
  async read(place = this._place): Promise<void> {
    const turn = (this._turn = {});
    try {
      const head = await this._reader.head();
      const page = await this._reader.read(head, place);
      if (turn === this._turn && !this.isDisposed) {
        this._place = place;
        this._show(head, page);
      }
    } catch (error) {
      if (turn === this._turn && !this.isDisposed) {
        const { reason = '', hint = '' } = error as Partial<wire.Problem>;
        const message = error instanceof Error ? error.message : String(error);
        const said = sentences([message, reason, hint], this._trans);
        this._position.textContent = `⚠ ${said}`;
      }
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._view.globalsChanged.disconnect(this._onGlobals, this);
    super.dispose();
  }

  private _bar(): HTMLElement {
    const trans = this._trans;
    const bar = element('div', 'jp-PatinaPreview-bar');
    this._up.textContent = trans.__('← Previous');
    this._down.textContent = trans.__('Next →');
    this._left.textContent = trans.__('← Columns');
    this._right.textContent = trans.__('Columns →');
    this._sideways.append(this._left, this._columns, this._right);
    this._sideways.hidden = true;
    bar.append(
      this._up,
      this._position,
      this._down,
      this._sideways,
      button('jp-PatinaButton', trans.__('Refresh'), () => void this.read())
    );
    this._position.setAttribute('role', 'status');
    return bar;
  }

  private _onGlobals(): void {
    const global = this._view.globals.find(({ name }) => name === this._name);
    const key = JSON.stringify(global);
    if (key !== this._key) {
      this._key = key;
      void this.read();
    }
  }

  private _show(head: wire.GlobalPage, page: ITablePage): void {
    const { global, stale } = head;
    const facts = [
      [this._name, ...this._path].join(''),
      typeText(global),
      sizeText(global),
      this._view.run.title,
      stale ? this._staleText() : ''
    ];
    this._facts.textContent = facts.filter(Boolean).join(' · ');
    const isTable = previewKind(head) !== 'parts';
    const table = element('table', 'jp-PatinaPreview-table');
    table.append(this._head(page, isTable), this._body(page, isTable));
    this._table.replaceChildren(
      ...this._picture(head),
      ...(page.rows.length > 0 ? [table] : [element('pre', '', global.summary)])
    );
    this._showPosition(page);
  }

  private _picture({ picture }: wire.GlobalPage): HTMLElement[] {
    if (!picture || !/^image\/(png|jpeg)$/.test(picture.mime)) {
      return [];
    }
    const image = element('img', 'jp-PatinaPreview-picture');
    image.src = `data:${picture.mime};base64,${picture.data}`;
    const name = [this._name, ...this._path].join('');
    image.alt = this._trans.__('Picture of %1', name);
    return [image];
  }

  private _staleText(): string {
    return hasKernel(this._view.run)
      ? this._trans.__('as last seen; a cell is running')
      : this._trans.__('as last seen; there is no kernel');
  }

  private _head(page: ITablePage, isTable: boolean): HTMLElement {
    const trans = this._trans;
    const head = element('thead', '');
    const row = head.insertRow();
    const names = isTable
      ? [this._rowLabel(page), ...page.columns]
      : [trans.__('Part'), trans.__('Type'), trans.__('Value')].map(label => ({
          label,
          type: ''
        }));
    for (const { label, type } of names) {
      const cell = element('th', '', label);
      cell.scope = 'col';
      cell.append(element('small', '', type));
      row.append(cell);
    }
    return head;
  }

  /** What stands above the names of the rows. */
  private _rowLabel({ index }: ITablePage): ITableColumn {
    const trans = this._trans;
    if (index === null) {
      return { label: trans.__('Row'), type: '' };
    }
    const isNamed = index.label !== 'index';
    return { ...index, label: isNamed ? index.label : trans.__('Index') };
  }

  private _body(page: ITablePage, isTable: boolean): HTMLElement {
    const body = element('tbody', '');
    page.rows.forEach((values, index) => {
      const row = body.insertRow();
      const [first, ...rest] = isTable
        ? [this._rowName(page, index), ...values]
        : values;
      const name = element('th', '', first);
      name.scope = 'row';
      row.append(name, ...rest.map(valueCell));
    });
    return body;
  }

  private _rowName({ index, place }: ITablePage, row: number): string {
    return index?.values[row] ?? String(place.row + row);
  }

  private _showPosition({
    place,
    rows,
    columns,
    height,
    width
  }: ITablePage): void {
    const trans = this._trans;
    this._up.disabled = place.row === 0;
    this._down.disabled = place.row + rows.length >= height;
    this._position.textContent =
      rows.length === 0 ? '' : this._span(place.row, rows.length, height);
    this._sideways.hidden = width <= TABLE_COLUMNS;
    this._left.disabled = place.column === 0;
    this._right.disabled = place.column + columns.length >= width;
    this._columns.textContent = trans.__(
      'columns %1',
      this._span(place.column, columns.length, width)
    );
  }

  /** `1–50 of 1,000`: counted as people count; what rows are called is said beside them. */
  private _span(from: number, count: number, total: number): string {
    return this._trans.__(
      '%1–%2 of %3',
      (from + 1).toLocaleString(),
      (from + count).toLocaleString(),
      total.toLocaleString()
    );
  }

  private _mover(rows: number, columns: number): HTMLButtonElement {
    return button('jp-PatinaButton', '', () => this._move(rows, columns));
  }

  /** Read the rows or columns so many further on; never before the first. */
  private _move(rows: number, columns: number): void {
    const { row, column } = this._place;
    void this.read({
      row: Math.max(0, row + rows),
      column: Math.max(0, column + columns)
    });
  }

  private _place: ITablePlace = { row: 0, column: 0 };
  private _turn: object = {};
  private _key = '';
  private readonly _reader: TableReader;
  private readonly _facts = element('h2', 'jp-PatinaPreview-facts');
  private readonly _position = element('span', 'jp-PatinaPreview-position');
  private readonly _columns = element('span', '');
  private readonly _sideways = element('span', 'jp-PatinaPreview-sideways');
  private readonly _table = element('div', 'jp-PatinaPreview-values');
  private readonly _up = this._mover(-TABLE_ROWS, 0);
  private readonly _down = this._mover(TABLE_ROWS, 0);
  private readonly _left = this._mover(0, -TABLE_COLUMNS);
  private readonly _right = this._mover(0, TABLE_COLUMNS);
}

/** A value; a long number is shown short, and whole when pointed at. */
function valueCell(value: string): HTMLTableCellElement {
  const short = shortNumber(value);
  const cell = element('td', '', short);
  if (short !== value) {
    cell.title = value;
  }
  return cell;
}
