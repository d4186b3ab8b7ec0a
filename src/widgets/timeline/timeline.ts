import { type ISignal, Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';
import { Arrangement } from '../../model/arrangement';
import type { Arranging } from '../../model/arranging';
import type { CellMark } from '../../model/marks';
import type { ICellsChange } from '../../model/runview';
import type { IRunsModel, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { FollowMode } from '../notebook/settings';
import { Ancestry } from './ancestry';
import { articleHost, type IHistoryHost } from './articlehost';
import type { IHeaderContext } from './articleheader';
import { ChangeBatch } from './changebatch';
import { ArticleFeed } from './feed';
import type { IForkPlace } from './forkplace';
import { OutputCells } from './outputcells';
import type { IArticleHost, OutputArticle } from './outputarticle';
import { Scroll } from './scroll';

/** How many new output cells are rendered at once; of more, those that come near the view. */
const AT_ONCE = 20;

/** What only the timeline knows of its articles. */
type Own = 'context' | 'forkAfter' | 'togglePin' | 'previous' | 'step';

/** What the timeline needs beside what its output cells need. */
export interface ITimelineHost extends Omit<IArticleHost, Own>, IHistoryHost {
  readonly arranging: Arranging;
  readonly follow: FollowMode;
  /** Whether empty places say what to do. */
  readonly showHints: boolean;
  /** How many output cells are kept rendered. */
  readonly renderedOutputs: number;
  /** Where a cell is in the source, counted from 1. */
  placeOf(cell: string): number | null;
  /** The name to show for who asked for an output cell; null for the person at this page. */
  askedBy(name: string): string | null;
  readonly runs: IRunsModel;
  showRun(run: string): void;
  /** What is no longer true of an output cell of the shown run. */
  markOf(cell: wire.OutputCell): CellMark | null;
}

/** The output cells of the shown run, as they are arranged; by time, the latest at the bottom. */
export class Timeline extends Panel {
  constructor(private readonly _host: ITimelineHost) {
    super();
    this.addClass('jp-PatinaTimeline');
    const host = articleHost(_host, {
      run: () => this._run?.id ?? '',
      context: cell => this._context(cell),
      previous: cell => this._beside(cell, -1),
      step: (cell, by) => this._step(cell, by)
    });
    this._feed = new ArticleFeed(host, this.node, () => _host.renderedOutputs);
    this._ancestry = new Ancestry(host, this.node);
    this.addWidget(this._ancestry);
    this.addWidget(this._feed);
    // By cell, what is new is not at the end.
    this.scroll = new Scroll(this.node, this._feed.node, () =>
      _host.arranging.groupBy === 'time' ? _host.follow : 'never'
    );
    this._feed.focusedChanged.connect(this._onFocused, this);
    this._ancestry.node.addEventListener('focusin', this._onInherited);
    _host.arranging.changed.connect(this._onArranging, this);
  }

  readonly scroll: Scroll;

  /** The output cell of this run that has, or last had, the focus. */
  get focused(): wire.OutputCell | null {
    return this._feed.focused?.cell ?? null;
  }

  /** The output cell that has, or last had, the focus; perhaps an inherited one. */
  get place(): IForkPlace | null {
    const { focused } = this;
    return this._inherited ?? (focused && this._place(focused));
  }

  get focusedChanged(): ISignal<this, wire.OutputCell | null> {
    return this._focusedChanged;
  }

  /** Output cells of the shown run were added or changed. */
  get cellsChanged(): ISignal<this, readonly wire.OutputCell[]> {
    return this._cellsChanged;
  }

  /** Show this run; null shows nothing. */
  showRun(run: IRunView | null): void {
    if (run === this._run) {
      return;
    }
    this._run?.cellsChanged.disconnect(this._onCells, this);
    this._changes.drop();
    this.scroll.leave(this._run?.id ?? null);
    this._feed.clear();
    this._arrangement.clear();
    this._cellOf.clear();
    this._inherited = this._inheritedArticle = this._told = null;
    this._run = run;
    this._ancestry.showRun(run);
    this._cells = new OutputCells(run);
    run?.cellsChanged.connect(this._onCells, this);
    run?.seqs.forEach(seq => this._take(seq));
    this._arrange();
    this.scroll.enter(run?.id ?? null);
    this._fillLast();
  }

  /**
   * The places of cells in the source, trust or settings changed: say again what depends on them,
   * in the output cells with these ids, or in all.
   */
  refresh(cells: ReadonlySet<string> | null): void {
    if (cells === null && this._host.arranging.groupBy === 'cell') {
      this._arrange();
    }
    for (const article of this._feed.articles) {
      if (cells === null || cells.has(article.cell.id)) {
        article.update();
        if (cells !== null) {
          // These are this person's, which was not known when the question came.
          article.offerInput();
        }
      }
    }
    this._ancestry.refresh();
  }

  /** Marks, or what can be done, changed: say those again. */
  refreshContexts(): void {
    this._feed.articles.forEach(article => article.refreshContext());
  }

  /** The source of these cells changed, or of all: open diffs show it. */
  refreshDiffs(cells: ReadonlySet<string> | null): void {
    for (const article of this._feed.articles) {
      if (cells === null || cells.has(article.cell.cell)) {
        article.refreshDiff();
      }
    }
    this._ancestry.refreshDiffs();
  }

  /** The parent of the shown run came or went. */
  refreshAncestry(): void {
    this._ancestry.look();
  }

  /** Show the code of the focused output cell against the source, or no longer. */
  toggleDiff(): void {
    const article = this._inheritedArticle ?? this._feed.focused;
    if (article && !article.isDisposed) {
      article.toggleDiff();
    }
  }

  /** Mark the output cells of this cell of the source. */
  mark(cell: string | null): void {
    this._setMark(this._marked, false);
    this._marked = cell;
    this._setMark(cell, true);
  }

  /** Bring the latest output cell of a cell of the source into view, and focus it. */
  reveal(cell: string): void {
    this._changes.flush();
    const seq = this._cells.of(cell).at(-1);
    if (seq === undefined) {
      this._ancestry.reveal(cell);
    } else {
      this.revealSeq(seq);
    }
  }

  /** Bring this output cell into view, and focus it. */
  revealSeq(seq: number): void {
    this._changes.flush();
    const article = this._unfold(seq);
    if (article) {
      this._feed.focus(article);
    } else {
      this._ancestry.revealSeq(seq);
    }
  }

  /** Focus an older (-1) or newer (1) output cell of the focused one's cell, or of `cell`. */
  step(cell: string | null, by: -1 | 1): void {
    const hasFocus = this.node.contains(document.activeElement);
    const from = hasFocus ? this.focused : null;
    if (!from) {
      this.reveal(cell ?? '');
      return;
    }
    const seq = this._cells.beside(from, by);
    if (seq !== null) {
      this.revealSeq(seq);
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.showRun(null);
    this._host.arranging.changed.disconnect(this._onArranging, this);
    this.scroll.dispose();
    this._changes.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onActivateRequest(): void {
    const article = this._feed.focused ?? this._feed.articles.at(-1);
    if (article) {
      this._feed.focus(article);
    } else {
      this.node.focus();
    }
  }

  private _context(cell: wire.OutputCell): IHeaderContext {
    return {
      place: this._host.placeOf(cell.cell),
      previousMs: this._cells.previousMs(cell),
      askedBy: this._host.askedBy(cell.requested_by),
      mark: cell.undone ? null : this._host.markOf(cell),
      step: this._cells.step(cell),
      unableToFork: this._host.unableToFork(this._place(cell))
    };
  }

  private _place(cell: wire.OutputCell): IForkPlace {
    return { run: this._run?.id ?? '', cell };
  }

  private _beside(cell: wire.OutputCell, by: -1 | 1): wire.OutputCell | null {
    const seq = this._cells.beside(cell, by);
    return (seq !== null && this._run?.cell(seq)) || null;
  }

  /** From the button of one output cell to the same button of the one beside it. */
  private _step(cell: wire.OutputCell, by: -1 | 1): void {
    const seq = this._cells.beside(cell, by);
    const article = seq === null ? undefined : this._unfold(seq);
    if (article) {
      this._feed.focus(article);
      article.focusStep(by);
    }
  }

  /** The article of an output cell, in place of the one that it is folded with. */
  private _unfold(seq: number): OutputArticle | undefined {
    if (!this._feed.get(seq) && this._run?.cell(seq)) {
      this._arrangement.choose(seq);
      this._arrange(seq);
    }
    return this._feed.get(seq);
  }

  private _onCells(_: IRunView, change: ICellsChange): void {
    this._changes.add(change);
  }

  private _show({ added, changed, removed }: ICellsChange): void {
    const touched = new Set(removed.flatMap(seq => this._lose(seq) ?? []));
    added.forEach(seq => touched.add(this._take(seq)?.cell ?? ''));
    const isOther = changed.filter(seq => this._take(seq)).length > 0;
    if (isOther || added.length + removed.length > 0) {
      this._arrange();
    }
    changed.forEach(seq => this._update(seq));
    this._renumber(touched);
    if (added.length <= AT_ONCE) {
      added.forEach(seq => this._feed.fill(seq));
    }
    if (added.length > 0) {
      this._arrived(added);
    }
    this._cellsChanged.emit(
      [...added, ...changed].flatMap(seq => this._run?.cell(seq) ?? [])
    );
  }

  /** Take an output cell into the order; returns it where that can change the order. */
  private _take(seq: number): wire.OutputCell | null {
    const cell = this._run?.cell(seq);
    if (!cell) {
      return null;
    }
    this._cells.add(cell);
    this._cellOf.set(seq, cell.cell);
    return this._arrangement.put(cell) ? cell : null;
  }

  /** Returns the cell of the source that the output cell came from. */
  private _lose(seq: number): string | undefined {
    const cell = this._cellOf.get(seq);
    this._cellOf.delete(seq);
    this._arrangement.remove(seq);
    if (cell !== undefined) {
      this._cells.remove({ cell, seq });
    }
    return cell;
  }

  private _update(seq: number): void {
    const cell = this._run?.cell(seq);
    if (cell) {
      this._feed.tell(cell);
    }
  }

  /** Show what is to be shown now; what a person is in stays there, or gives way to `chosen`. */
  private _arrange(chosen: number | null = null): void {
    const { arranging, placeOf } = this._host;
    const seqs = this._arrangement.shown({
      groupBy: arranging.groupBy,
      folds: arranging.folds,
      placeOf,
      held: chosen ?? this._feed.held?.cell.seq ?? null
    });
    const cells = seqs.flatMap(seq => this._run?.cell(seq) ?? []);
    for (const article of this._feed.display(cells)) {
      article.toggleClass('jp-mod-linked', article.cell.cell === this._marked);
    }
    this._dividers();
    // A fork that has run nothing has a timeline, but a feed without items is none.
    this._feed.setHidden(cells.length === 0);
  }

  /** Of these cells there are more outputs, or fewer: those in view say which they are. */
  private _renumber(cells: ReadonlySet<string>): void {
    for (const article of this._feed.articles) {
      if (article.isFilled && cells.has(article.cell.cell)) {
        article.refreshContext();
      }
    }
  }

  private _onArranging(): void {
    this._arrange();
    this._fillLast();
    const { held } = this._feed;
    if (held) {
      held.node.scrollIntoView({ block: 'nearest' });
    } else if (this._host.arranging.groupBy === 'time') {
      this.scroll.toEnd();
    }
  }

  /** By time what is new is at the end; by cell it is wherever its cell is. */
  private _arrived(added: readonly number[]): void {
    if (this._host.arranging.groupBy === 'time') {
      this.scroll.arrived(added.length);
    } else if (this._host.follow !== 'never' && !this._feed.held) {
      const article = this._feed.get(added[added.length - 1]);
      article?.node.scrollIntoView({ block: 'nearest' });
    }
  }

  /** What is seen first need not wait for the page to say what is in view. */
  private _fillLast(): void {
    this._feed.articles
      .slice(-AT_ONCE)
      .forEach(({ cell }) => this._feed.fill(cell.seq));
  }

  /** A line wherever the kernel was started anew between two output cells. */
  private _dividers(): void {
    const isByTime = this._host.arranging.groupBy === 'time';
    const lost = this._host.trans.__('kernel restarted, state lost');
    let before: number | null = null;
    for (const article of this._feed.articles) {
      const { session } = article.cell;
      const isNew = before !== null && session !== before;
      article.setDivider(isNew && isByTime ? lost : null);
      before = session;
    }
  }

  private _setMark(cell: string | null, isMarked: boolean): void {
    for (const seq of cell === null ? [] : this._cells.of(cell)) {
      this._feed.get(seq)?.toggleClass('jp-mod-linked', isMarked);
    }
  }

  private _onFocused(_: ArticleFeed, { cell }: OutputArticle): void {
    this._inherited = this._inheritedArticle = null;
    if (cell.seq !== this._told) {
      this._told = cell.seq;
      this._focusedChanged.emit(cell);
    }
  }

  private readonly _onInherited = (): void => {
    this._inherited = this._ancestry.focused ?? this._inherited;
    this._inheritedArticle = this._ancestry.article ?? this._inheritedArticle;
  };

  private _run: IRunView | null = null;
  private _cells = new OutputCells(null);
  private readonly _changes = new ChangeBatch(change => this._show(change));
  private _marked: string | null = null;
  /** The inherited output cell that has, or last had, the focus; null when one of this run has. */
  private _inherited: IForkPlace | null = null;
  private _inheritedArticle: OutputArticle | null = null;
  private _told: number | null = null;
  private readonly _arrangement = new Arrangement();
  private readonly _cellOf = new Map<number, string>();
  private readonly _feed: ArticleFeed;
  private readonly _ancestry: Ancestry;
  private readonly _focusedChanged = new Signal<this, wire.OutputCell | null>(
    this
  );
  private readonly _cellsChanged = new Signal<this, readonly wire.OutputCell[]>(
    this
  );
}
