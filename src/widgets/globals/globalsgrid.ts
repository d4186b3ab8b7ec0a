import { DOMUtils } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { GlobalRow } from '../../model/globalrows';
import type { GlobalsModel } from '../../model/globalsmodel';
import { element } from '../timeline/element';
import { rowNode } from './globalsrow';

/** The height of a row in pixels before there is a layout; then it is the style sheet's. */
const ROW = 24;
/** How many rows beyond the view are there, so that a turn of the wheel finds them. */
const BEYOND = 8;

/** The variables as a table with rows that open; only the rows in view are in the page. */
export class GlobalsGrid extends Widget {
  constructor(
    private readonly _model: GlobalsModel,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaGlobals-grid');
    const { node } = this;
    node.tabIndex = 0;
    node.setAttribute('role', 'treegrid');
    node.setAttribute('aria-label', this._trans.__('Globals'));
    this._body.setAttribute('role', 'rowgroup');
    node.append(this._head(), this._body);
    node.addEventListener('scroll', this._later, { passive: true });
    node.addEventListener('keydown', this._onKey);
    this._body.addEventListener('click', this._onClick);
    this._body.addEventListener('dblclick', this._onDoubleClick);
    _model.changed.connect(this._onModel, this);
  }

  /** The row that keys and commands act on. */
  get active(): GlobalRow | null {
    return this._model.rows[this._index] ?? null;
  }

  /** A person wants to see a variable on its own. */
  get opened(): ISignal<this, GlobalRow> {
    return this._opened;
  }

  /** A person wants to go to the cell that changed a variable. */
  get changedByClicked(): ISignal<this, number> {
    return this._changedByClicked;
  }

  /** Do what a row is for: open a group, fetch what is left, show a variable on its own. */
  activateRow(row = this.active): void {
    if (row?.kind === 'group') {
      this._model.toggle(row.key);
    } else if (row?.kind === 'more' || row?.kind === 'trouble') {
      this._model.more(row.name, row.path);
    } else if (row?.kind === 'global' && this._model.hasParts) {
      this._opened.emit(row);
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._model.changed.disconnect(this._onModel, this);
    cancelAnimationFrame(this._frame);
    Signal.clearData(this);
    super.dispose();
  }

  protected override onActivateRequest(): void {
    this.node.focus();
  }

  protected override onAfterShow(): void {
    this._render();
  }

  protected override onResize(): void {
    this._later();
  }

  private _head(): HTMLElement {
    const trans = this._trans;
    const head = element('div', 'jp-PatinaGlobals-head');
    head.setAttribute('role', 'rowgroup');
    const row = this._headRow;
    row.setAttribute('role', 'row');
    const names = [
      ['name', trans.__('Name')],
      ['type', trans.__('Type')],
      ['value', trans.__('Value')],
      ['size', trans.__('Size')],
      ['by', trans.__('Cell')]
    ] as const;
    for (const [column, text] of names) {
      const cell = element('span', `jp-PatinaGlobals-${column}`, text);
      cell.setAttribute('role', 'columnheader');
      row.append(cell);
    }
    head.append(row);
    return head;
  }

  /** The row that was active stays so wherever it goes; when it is gone, its place. */
  private _onModel(): void {
    const { rows } = this._model;
    const index = rows.findIndex(({ key }) => key === this._key);
    this._index = Math.max(
      0,
      Math.min(index < 0 ? this._index : index, rows.length - 1)
    );
    this._key = rows[this._index]?.key ?? '';
    this._render();
  }

  private readonly _later = (): void => {
    cancelAnimationFrame(this._frame);
    this._frame = requestAnimationFrame(() => this._render());
  };

  private _render(): void {
    const { rows } = this._model;
    this._measure();
    const { scrollTop, clientHeight } = this.node;
    const from = Math.max(0, Math.floor(scrollTop / this._row) - BEYOND);
    const to = Math.min(
      rows.length,
      Math.ceil((scrollTop + clientHeight) / this._row) + BEYOND
    );
    this.node.setAttribute('aria-rowcount', String(rows.length + 1));
    const wanted = new Set<HTMLElement>();
    for (let index = from; index < to; index++) {
      wanted.add(this._place(rows[index], index));
    }
    for (const node of [...this._body.children]) {
      if (!wanted.has(node as HTMLElement)) {
        node.remove();
      }
    }
    this._order(wanted);
    this._nodes = new Map(
      [...this._nodes].filter(([, { node }]) => wanted.has(node))
    );
    this._showActive();
  }

  /** In another layout the same row is the first in view, and the active one stays in view. */
  private _measure(): void {
    const { scrollTop, clientHeight } = this.node;
    const row = this._headRow.offsetHeight;
    const first = scrollTop / this._row;
    const end = first + this._height / this._row - 1;
    const isSeen = this._index > first - 1 && this._index < end;
    // A panel that is hidden has no layout.
    const isOther =
      row > 0 && (row !== this._row || clientHeight !== this._height);
    if (isOther) {
      this._row = row;
      this._height = clientHeight;
    }
    this._body.style.height = `${this._model.rows.length * this._row}px`;
    if (isOther) {
      this.node.scrollTop = first * row;
      if (isSeen) {
        this._reveal();
      }
    }
  }

  /** The element of a row, at its place; one that says the same as before is kept. */
  private _place(row: GlobalRow, index: number): HTMLElement {
    const text = this._says(row);
    const known = this._nodes.get(row.key);
    const node = known?.text === text ? known.node : this._make(row);
    if (node !== known?.node) {
      known?.node.remove();
      this._nodes.set(row.key, { text, node });
    }
    node.style.top = `${index * this._row}px`;
    node.dataset.index = String(index);
    node.setAttribute('aria-rowindex', String(index + 2));
    return node;
  }

  /** Screen readers go by the order of the elements, not by their places. */
  private _order(nodes: ReadonlySet<HTMLElement>): void {
    let next = this._body.firstElementChild;
    for (const node of nodes) {
      if (node === next) {
        next = next.nextElementSibling;
      } else {
        this._body.insertBefore(node, next);
      }
    }
  }

  private _make(row: GlobalRow): HTMLElement {
    const node = rowNode(row, this._model, this._trans);
    node.id = `${this._id}-${this._made++}`;
    return node;
  }

  /** What a row shows, in one text: two that are equal look the same. */
  private _says(row: GlobalRow): string {
    return JSON.stringify([row, this._model.after]);
  }

  private _showActive(): void {
    const active = this._nodes.get(this._key)?.node;
    this._body
      .querySelector('[aria-selected="true"]')
      ?.setAttribute('aria-selected', 'false');
    active?.setAttribute('aria-selected', 'true');
    if (active) {
      this.node.setAttribute('aria-activedescendant', active.id);
    } else {
      this.node.removeAttribute('aria-activedescendant');
    }
  }

  private _go(index: number): void {
    const { rows } = this._model;
    this._index = Math.max(0, Math.min(index, rows.length - 1));
    this._key = rows[this._index]?.key ?? '';
    this._reveal();
    this._render();
  }

  /** Scroll no further than it takes to have the active row in view. */
  private _reveal(): void {
    const top = this._index * this._row;
    const { scrollTop, clientHeight } = this.node;
    const room = clientHeight - 2 * this._row;
    if (top < scrollTop) {
      this.node.scrollTop = top;
    } else if (top > scrollTop + room) {
      this.node.scrollTop = top - room;
    }
  }

  /** The keys of a treegrid as the ARIA Authoring Practices have them. */
  private readonly _onKey = (event: KeyboardEvent): void => {
    const page = Math.max(
      1,
      Math.floor(this.node.clientHeight / this._row) - 2
    );
    const moves: Partial<Record<string, number>> = {
      ArrowDown: this._index + 1,
      ArrowUp: this._index - 1,
      PageDown: this._index + page,
      PageUp: this._index - page,
      Home: 0,
      End: this._model.rows.length - 1
    };
    const index = moves[event.key];
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!isPlain) {
      return;
    }
    if (index !== undefined) {
      this._go(index);
    } else if (event.key === 'ArrowRight') {
      this._step(true);
    } else if (event.key === 'ArrowLeft') {
      this._step(false);
    } else if (event.key === ' ') {
      this._toggle();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** Right opens, then goes in; left closes, then goes out. */
  private _step(isIn: boolean): void {
    const row = this.active;
    const isOpen = row && 'isOpen' in row ? row.isOpen : null;
    if (isOpen === !isIn) {
      this._toggle();
    } else if (isIn && isOpen) {
      this._go(this._index + 1);
    } else if (!isIn) {
      this._go(this._indexAbove());
    }
  }

  private _indexAbove(): number {
    const { rows } = this._model;
    const level = levelOf(rows[this._index]);
    const above = rows
      .slice(0, this._index)
      .findLastIndex(row => levelOf(row) < level);
    return above < 0 ? this._index : above;
  }

  private _toggle(row = this.active): void {
    if (row && 'isOpen' in row && row.isOpen !== null) {
      this._model.toggle(row.key);
    }
  }

  private readonly _onClick = (event: MouseEvent): void => {
    const target = event.target as Element;
    const node = target.closest<HTMLElement>('[role="row"]');
    if (!node) {
      return;
    }
    this._go(Number(node.dataset.index));
    this.node.focus({ preventScroll: true });
    const by = target.closest<HTMLElement>('[data-by]')?.dataset.by;
    const row = this.active;
    if (by !== undefined) {
      this._changedByClicked.emit(Number(by));
    } else if (target.closest('.jp-PatinaGlobals-twist')) {
      this._toggle();
    } else if (row && row.kind !== 'global') {
      this.activateRow();
    }
  };

  private readonly _onDoubleClick = (): void => {
    if (this.active?.kind === 'global') {
      this.activateRow();
    }
  };

  private _index = 0;
  private _row = ROW;
  private _height = 0;
  private _key = '';
  private _frame = 0;
  private _made = 0;
  private _nodes = new Map<string, { text: string; node: HTMLElement }>();
  private readonly _id = DOMUtils.createDomID();
  private readonly _headRow = element('div', 'jp-PatinaGlobals-row');
  private readonly _body = element('div', 'jp-PatinaGlobals-body');
  private readonly _opened = new Signal<this, GlobalRow>(this);
  private readonly _changedByClicked = new Signal<this, number>(this);
}

function levelOf(row: GlobalRow | undefined): number {
  return row && row.kind !== 'group' ? row.level : 1;
}
