import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { GlobalPath } from '../../model/globalrows';
import { sizeText, typeText } from '../../model/globalwords';
import {
  type ITablePage,
  previewKind,
  TABLE_ROWS,
  TableReader
} from '../../model/tablepage';
import { hasKernel } from '../../model/runwords';
import type { IPatinaClient, IRunView } from '../../tokens';
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
    this.node.append(this._facts, this._bar(), this._table);
    _view.globalsChanged.connect(this._onGlobals, this);
    void this.read();
  }

  /** Fetch what is shown, again. */
  async read(offset = this._offset): Promise<void> {
    const turn = (this._turn = {});
    try {
      const head = await this._reader.head();
      const page = await this._reader.read(head, offset);
      if (turn === this._turn && !this.isDisposed) {
        this._offset = offset;
        this._show(head, page);
      }
    } catch (error) {
      if (turn === this._turn && !this.isDisposed) {
        const reason = error instanceof Error ? error.message : String(error);
        this._position.textContent = `⚠ ${reason}`;
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
    this._before.textContent = trans.__('← Previous');
    this._after.textContent = trans.__('Next →');
    bar.append(
      this._before,
      this._position,
      this._after,
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
      ? [{ label: trans.__('Row'), type: '' }, ...page.columns]
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

  private _body(page: ITablePage, isTable: boolean): HTMLElement {
    const body = element('tbody', '');
    page.rows.forEach((values, index) => {
      const row = body.insertRow();
      const [first, ...rest] = isTable
        ? [String(page.offset + index), ...values]
        : values;
      const name = element('th', '', first);
      name.scope = 'row';
      row.append(name, ...rest.map(value => element('td', '', value)));
    });
    return body;
  }

  private _showPosition({
    offset,
    rows,
    total,
    moreColumns
  }: ITablePage): void {
    const trans = this._trans;
    this._before.disabled = offset === 0;
    this._after.disabled = offset + rows.length >= total;
    const place =
      rows.length === 0
        ? ''
        : trans.__(
            '%1–%2 of %3',
            offset,
            offset + rows.length - 1,
            total.toLocaleString()
          );
    const more =
      moreColumns > 0
        ? trans._n('%1 more column', '%1 more columns', moreColumns)
        : '';
    this._position.textContent = [place, more].filter(Boolean).join(' · ');
  }

  private _offset = 0;
  private _turn: object = {};
  private _key = '';
  private readonly _reader: TableReader;
  private readonly _facts = element('h2', 'jp-PatinaPreview-facts');
  private readonly _position = element('span', 'jp-PatinaPreview-position');
  private readonly _table = element('div', 'jp-PatinaPreview-values');
  private readonly _before = button(
    'jp-PatinaButton',
    '',
    () => void this.read(Math.max(0, this._offset - TABLE_ROWS))
  );
  private readonly _after = button(
    'jp-PatinaButton',
    '',
    () => void this.read(this._offset + TABLE_ROWS)
  );
}
