import { Panel, Widget } from '@lumino/widgets';
import type { IInherited } from '../../model/lineage';
import type { ICellsChange } from '../../model/runview';
import type { IRunView } from '../../tokens';
import { ArrangedFeed, type IArrangedHost } from './arrangedfeed';
import { button } from './element';
import type { IForkPlace } from './forkplace';
import type { OutputArticle } from './outputarticle';

/**
 * What a run has of one of its ancestors: a heading that opens to the ancestor's own output
 * cells, arranged as the run's own are. They are looked up there, not copied, and made only when
 * somebody opens it.
 */
export class InheritedCells extends Panel {
  constructor(
    private readonly _part: IInherited,
    private readonly _host: IArrangedHost,
    private readonly _root: HTMLElement
  ) {
    super();
    this.addClass('jp-PatinaInherited');
    this._toggle.setAttribute('aria-expanded', 'false');
    const head = new Widget();
    head.node.append(this._toggle);
    this.addWidget(head);
    _part.view.changed.connect(this._showTitle, this);
    this._showTitle();
  }

  get isOpen(): boolean {
    return this._outputs !== null;
  }

  /** The output cell that has the focus. */
  get focused(): IForkPlace | null {
    const { article } = this;
    return (article && this._outputs?.place(article.cell)) ?? null;
  }

  /** The article that has the focus. */
  get article(): OutputArticle | null {
    return this._outputs?.feed.held ?? null;
  }

  toggle(): void {
    if (this.isOpen) {
      this._close();
    } else {
      this._open();
    }
    this._toggle.setAttribute('aria-expanded', String(this.isOpen));
    this._showTitle();
  }

  /** Focus the latest output of this cell of the source; false when there is none. */
  reveal(cell: string): boolean {
    const { view, seqs } = this._part;
    const seq = seqs.findLast(seq => view.cell(seq)?.cell === cell);
    if (seq !== undefined) {
      this.revealSeq(seq);
    }
    return seq !== undefined;
  }

  has(seq: number): boolean {
    return this._part.seqs.includes(seq);
  }

  revealSeq(seq: number): void {
    if (!this.isOpen) {
      this.toggle();
    }
    this._outputs?.reveal(seq);
  }

  /** Focus an older (-1) or newer (1) output of the cell whose output has the focus. */
  step(by: -1 | 1): void {
    const { article } = this;
    const seq = article && this._outputs?.beside(article.cell, by);
    if (typeof seq === 'number') {
      this.revealSeq(seq);
    }
  }

  /** Mark the output cells of this cell of the source. */
  mark(cell: string | null): void {
    this._marked = cell;
    this._outputs?.mark(cell);
  }

  /** The source changed: what is shown of it is said again. */
  refreshDiffs(): void {
    this._outputs?.feed.articles.forEach(article => article.refreshDiff());
  }

  /** Say again what depends on the source, on trust or on settings. */
  refresh(): void {
    if (this._host.arranging.groupBy === 'cell') {
      this._outputs?.arrange();
    }
    this._outputs?.feed.articles.forEach(article => article.update());
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._part.view.changed.disconnect(this._showTitle, this);
    this._close();
    super.dispose();
  }

  private _showTitle(): void {
    const { view, seqs } = this._part;
    const [first, last] = [seqs[0], seqs[seqs.length - 1]];
    const range = first === last ? `#${first}` : `#${first}–#${last}`;
    const { trans } = this._host;
    const text = trans.__('Inherited from %1 (%2)', view.run.title, range);
    this._toggle.textContent = `${this.isOpen ? '▾' : '▸'} ${text}`;
  }

  private _open(): void {
    const { view, until } = this._part;
    // Marks are about the shown run; of an ancestor's output cell they would say nothing.
    this._outputs = new ArrangedFeed(this._host, this._root, () => null);
    const { feed } = this._outputs;
    feed.addClass('jp-PatinaInherited-feed');
    feed.node.setAttribute('aria-label', this._toggle.textContent ?? '');
    this._outputs.showRun(view, until);
    this._outputs.mark(this._marked);
    this.addWidget(feed);
    feed.look();
    view.cellsChanged.connect(this._onCells, this);
  }

  private _close(): void {
    this._part.view.cellsChanged.disconnect(this._onCells, this);
    this._outputs?.dispose();
    this._outputs = null;
  }

  /** What the ancestor has run since is not of this run. */
  private _onCells(_: IRunView, change: ICellsChange): void {
    const shared = (seqs: readonly number[]) =>
      seqs.filter(seq => seq <= this._part.until);
    this._outputs?.apply({
      added: shared(change.added),
      changed: shared(change.changed),
      removed: shared(change.removed)
    });
  }

  private readonly _toggle = button('jp-PatinaInherited-toggle', '', () =>
    this.toggle()
  );
  private _outputs: ArrangedFeed | null = null;
  private _marked: string | null = null;
}
