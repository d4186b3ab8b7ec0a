import { Panel, Widget } from '@lumino/widgets';
import type { IInherited } from '../../model/lineage';
import type { ICellsChange } from '../../model/runview';
import type { IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { IHeaderContext } from './articleheader';
import { articleHost } from './articlehost';
import { button } from './element';
import type { IAncestryHost } from './ancestry';
import type { IForkPlace } from './forkplace';
import { type IArticleHost, OutputArticle } from './outputarticle';
import { RenderedArticles } from './renderedarticles';

/** How many output cells are rendered at once when they are shown. */
const AT_ONCE = 20;

/**
 * What a run has of one of its ancestors: a heading that opens to the ancestor's own output
 * cells. They are looked up there, not copied, and made only when somebody opens it.
 */
export class InheritedCells extends Panel {
  constructor(
    private readonly _part: IInherited,
    private readonly _host: IAncestryHost,
    private readonly _root: Element
  ) {
    super();
    this._articleHost = articleHost(_host, {
      run: () => _part.view.id,
      context: cell => this._context(cell),
      previous: cell => this._previous(cell),
      step: () => undefined
    });
    this.addClass('jp-PatinaInherited');
    this._toggle.setAttribute('aria-expanded', 'false');
    const head = new Widget();
    head.node.append(this._toggle);
    this.addWidget(head);
    _part.view.changed.connect(this._showTitle, this);
    this._showTitle();
  }

  get isOpen(): boolean {
    return this._feed !== null;
  }

  /** The output cell that has the focus. */
  get focused(): IForkPlace | null {
    const article = this._withFocus();
    return article ? this._place(article.cell) : null;
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
    const article = this._articles.get(seq);
    article?.fill();
    article?.node.focus({ preventScroll: true });
    article?.node.scrollIntoView({ block: 'nearest' });
  }

  /** The article that has the focus. */
  get article(): OutputArticle | null {
    return this._withFocus() ?? null;
  }

  /** The source changed: what is shown of it is said again. */
  refreshDiffs(): void {
    this._articles.forEach(article => article.refreshDiff());
  }

  /** Say again what depends on the source, on trust or on settings. */
  refresh(): void {
    this._articles.forEach(article => article.update());
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._part.view.changed.disconnect(this._showTitle, this);
    this._close();
    super.dispose();
  }

  private _place(cell: wire.OutputCell): IForkPlace {
    return { run: this._part.view.id, cell };
  }

  /** Marks are about the shown run; of an ancestor's output cell they would say nothing. */
  private _context(cell: wire.OutputCell): IHeaderContext {
    return {
      place: this._host.placeOf(cell.cell),
      previousMs: null,
      step: null,
      askedBy: this._host.askedBy(cell.requested_by),
      mark: null,
      unableToFork: this._host.unableToFork(this._place(cell))
    };
  }

  private _withFocus(): OutputArticle | undefined {
    return [...this._articles.values()].find(({ node }) =>
      node.contains(document.activeElement)
    );
  }

  private _previous({ cell, seq }: wire.OutputCell): wire.OutputCell | null {
    const { view, seqs } = this._part;
    const earlier = seqs.findLast(
      other => other < seq && view.cell(other)?.cell === cell
    );
    return (earlier !== undefined && view.cell(earlier)) || null;
  }

  private _showTitle(): void {
    const { view, seqs } = this._part;
    const [first, last] = [seqs[0], seqs[seqs.length - 1]];
    const range = first === last ? `#${first}` : `#${first}–#${last}`;
    this._toggle.textContent = `${this.isOpen ? '▾' : '▸'} ${this._host.trans.__('Inherited from %1 (%2)', view.run.title, range)}`;
  }

  private _open(): void {
    const feed = new Panel();
    feed.addClass('jp-PatinaInherited-feed');
    feed.node.setAttribute('role', 'feed');
    feed.node.setAttribute('aria-label', this._toggle.textContent ?? '');
    this._feed = feed;
    this._rendered = new RenderedArticles(
      this._root,
      () => this._host.renderedOutputs
    );
    this._part.seqs.forEach(seq => this._add(seq));
    this.addWidget(feed);
    [...this._articles.values()]
      .slice(-AT_ONCE)
      .forEach(article => this._rendered?.fill(article));
    this._part.view.cellsChanged.connect(this._onCells, this);
  }

  private _close(): void {
    this._part.view.cellsChanged.disconnect(this._onCells, this);
    this._rendered?.dispose();
    this._articles.forEach(article => article.dispose());
    this._articles.clear();
    this._feed?.dispose();
    this._feed = this._rendered = null;
  }

  private _add(seq: number): void {
    const cell = this._part.view.cell(seq);
    if (cell) {
      const article = new OutputArticle(cell, this._articleHost);
      this._articles.set(seq, article);
      this._feed?.addWidget(article);
      this._rendered?.add(article);
    }
  }

  private _onCells(view: IRunView, { changed }: ICellsChange): void {
    for (const seq of changed) {
      const cell = view.cell(seq);
      if (cell) {
        this._articles.get(seq)?.update(cell);
      }
    }
  }

  private readonly _toggle = button('jp-PatinaInherited-toggle', '', () =>
    this.toggle()
  );
  private readonly _articles = new Map<number, OutputArticle>();
  private readonly _articleHost: IAncestryHost & IArticleHost;
  private _feed: Panel | null = null;
  private _rendered: RenderedArticles<OutputArticle> | null = null;
}
