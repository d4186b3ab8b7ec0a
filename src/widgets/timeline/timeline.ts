import { type ISignal, Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';
import type { ICellsChange } from '../../model/runview';
import type { IRunsModel, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { CellMark } from '../../model/marks';
import type { FollowMode } from '../notebook/settings';
import { Ancestry } from './ancestry';
import { ChangeBatch } from './changebatch';
import type { IForkHost, IForkPlace } from './forkplace';
import type { IHeaderContext } from './articleheader';
import { OutputCells } from './outputcells';
import { type IArticleHost, OutputArticle } from './outputarticle';
import { RenderedArticles } from './renderedarticles';
import { Scroll } from './scroll';

/** How many new output cells are rendered at once; of more, those that come near the view. */
const AT_ONCE = 20;
/** How often the duration of a running cell is counted on, in milliseconds. */
const TICK = 100;

/** What the timeline needs beside what its output cells need. */
export interface ITimelineHost
  extends Omit<IArticleHost, 'context' | 'forkAfter'>, IForkHost {
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

/** The output cells of the shown run, in order; the latest is at the bottom. */
export class Timeline extends Panel {
  constructor(private readonly _host: ITimelineHost) {
    super();
    this.addClass('jp-PatinaTimeline');
    this._feed.addClass('jp-PatinaTimeline-feed');
    this._feed.node.setAttribute('role', 'feed');
    this._feed.node.setAttribute('aria-label', _host.trans.__('Timeline'));
    this._feed.node.addEventListener('keydown', this._onKey);
    this._feed.node.addEventListener('focusin', this._onFocus);
    this._articleHost = Object.assign(Object.create(_host) as ITimelineHost, {
      context: (cell: wire.OutputCell) => this._context(cell),
      forkAfter: (cell: wire.OutputCell) => _host.fork(this._place(cell))
    });
    this._ancestry = new Ancestry(this._articleHost, this.node);
    this.addWidget(this._ancestry);
    this.addWidget(this._feed);
    this.scroll = new Scroll(this.node, this._feed.node, () => _host.follow);
    this._rendered = new RenderedArticles(
      this.node,
      () => this._host.renderedOutputs
    );
  }

  readonly scroll: Scroll;

  /** The output cell that has, or last had, the focus. */
  get focused(): wire.OutputCell | null {
    return this._focused?.isDisposed ? null : (this._focused?.cell ?? null);
  }

  /** The output cell with the focus, also an inherited one. */
  get place(): IForkPlace | null {
    const { focused } = this;
    return this._ancestry.focused ?? (focused && this._place(focused));
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
    this._clear();
    this._run = run;
    this._ancestry.showRun(run);
    this._cells = new OutputCells(run);
    run?.cellsChanged.connect(this._onCells, this);
    run?.seqs.forEach(seq => this._add(seq));
    this._dividers(0);
    this._showFeed();
    this.scroll.enter(run?.id ?? null);
    this._fillLast();
  }

  /**
   * The places of cells in the source, trust or settings changed: say again what depends on them,
   * in the output cells with these ids, or in all.
   */
  refresh(cells: ReadonlySet<string> | null): void {
    for (const article of this._articles.values()) {
      if (cells === null || cells.has(article.cell.id)) {
        article.update();
      }
    }
    this._ancestry.refresh();
  }

  /** Marks, or what can be done, changed: say those again. */
  refreshContexts(): void {
    this._articles.forEach(article => article.refreshContext());
  }

  /** The parent of the shown run came or went. */
  refreshAncestry(): void {
    this._ancestry.look();
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
    const article = this._articles.get(this._cells.of(cell).at(-1) ?? -1);
    if (article) {
      this._focus(article);
    } else {
      this._ancestry.reveal(cell);
    }
  }

  /** Bring this output cell into view, and focus it. */
  revealSeq(seq: number): void {
    this._changes.flush();
    const article = this._articles.get(seq);
    if (article) {
      this._focus(article);
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
    const seqs = this._cells.of(from.cell);
    const article = this._articles.get(seqs[seqs.indexOf(from.seq) + by] ?? -1);
    if (article) {
      this._focus(article);
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.showRun(null);
    clearInterval(this._timer);
    this.scroll.dispose();
    this._changes.dispose();
    this._rendered.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onActivateRequest(): void {
    const article = this._focused ?? [...this._articles.values()].at(-1);
    if (article && !article.isDisposed) {
      this._focus(article);
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
      unableToFork: this._host.unableToFork(this._place(cell))
    };
  }

  private _place(cell: wire.OutputCell): IForkPlace {
    return { run: this._run?.id ?? '', cell };
  }

  private _onCells(_: IRunView, change: ICellsChange): void {
    this._changes.add(change);
  }

  private _show({ added, changed, removed }: ICellsChange): void {
    removed.forEach(seq => this._remove(seq));
    added.forEach(seq => this._add(seq));
    this._showFeed();
    if (added.length + removed.length > 0) {
      this._dividers(Math.min(...added, ...removed));
    }
    changed.forEach(seq => this._update(seq));
    if (added.length <= AT_ONCE) {
      added.forEach(seq => this._fill(seq));
    }
    this._tickWhileNeeded();
    if (added.length > 0) {
      this.scroll.arrived(added.length);
    }
    this._cellsChanged.emit(
      [...added, ...changed].flatMap(seq => this._run?.cell(seq) ?? [])
    );
  }

  private _add(seq: number): void {
    const cell = this._run?.cell(seq);
    if (!cell || this._articles.has(seq)) {
      return;
    }
    this._cells.add(cell);
    const article = new OutputArticle(cell, this._articleHost);
    article.toggleClass('jp-mod-linked', cell.cell === this._marked);
    this._articles.set(seq, article);
    this._feed.insertWidget(this._indexOf(seq), article);
    this._rendered.add(article);
    this._note(article);
  }

  /** Nearly always the last: the timeline grows at its end. */
  private _indexOf(seq: number): number {
    const articles = this._feed.widgets as OutputArticle[];
    const before = articles.findLastIndex(article => article.cell.seq < seq);
    return before + 1;
  }

  private _update(seq: number): void {
    const cell = this._run?.cell(seq);
    const article = this._articles.get(seq);
    if (cell && article) {
      article.update(cell);
      this._note(article);
    }
  }

  private _remove(seq: number): void {
    const article = this._articles.get(seq);
    if (article) {
      this._cells.remove(article.cell);
      this._articles.delete(seq);
      this._running.delete(article);
      this._rendered.remove(article);
      article.dispose();
    }
  }

  private _clear(): void {
    this._rendered.clear();
    this._articles.forEach(article => article.dispose());
    this._articles.clear();
    this._running.clear();
    this._focused = null;
    this._tickWhileNeeded();
  }

  /** A fork that has run nothing has a timeline, but a feed without items is none. */
  private _showFeed(): void {
    this._feed.setHidden(this._articles.size === 0);
  }

  private _fill(seq: number): void {
    const article = this._articles.get(seq);
    if (article) {
      this._rendered.fill(article);
    }
  }

  /** What is seen first need not wait for the page to say what is in view. */
  private _fillLast(): void {
    this._run?.seqs.slice(-AT_ONCE).forEach(seq => this._fill(seq));
  }

  /** A line wherever the kernel was started anew between two output cells. */
  private _dividers(from: number): void {
    const lost = this._host.trans.__('kernel restarted, state lost');
    let session: number | null = null;
    for (const seq of this._run?.seqs ?? []) {
      const article = this._articles.get(seq);
      if (article) {
        const isNew = session !== null && article.cell.session !== session;
        session = article.cell.session;
        if (seq >= from) {
          article.setDivider(isNew ? lost : null);
        }
      }
    }
  }

  private _note(article: OutputArticle): void {
    if (article.isRunning) {
      this._running.add(article);
    } else {
      this._running.delete(article);
    }
    this._tickWhileNeeded();
  }

  private _setMark(cell: string | null, isMarked: boolean): void {
    for (const seq of cell === null ? [] : this._cells.of(cell)) {
      this._articles.get(seq)?.toggleClass('jp-mod-linked', isMarked);
    }
  }

  private _focus(article: OutputArticle): void {
    this._rendered.fill(article);
    article.node.focus({ preventScroll: true });
    article.node.scrollIntoView({ block: 'nearest' });
  }

  private readonly _onFocus = (event: FocusEvent): void => {
    const article = this._articleAt(event.target);
    if (article && article !== this._focused) {
      this._rove(article);
      this._focused = article;
      this._focusedChanged.emit(article.cell);
    }
  };

  /** One article at a time is a stop of the Tab key. */
  private _rove(article: OutputArticle): void {
    if (this._focused && !this._focused.isDisposed) {
      this._focused.node.tabIndex = -1;
    }
    article.node.tabIndex = 0;
  }

  /** The keys of a feed: the ARIA Authoring Practices' PageUp and PageDown, and the ends. */
  private readonly _onKey = (event: KeyboardEvent): void => {
    const article = this._articleAt(event.target);
    const isText = event.target instanceof HTMLInputElement;
    const next = !isText && article && this._after(article, event.key);
    if (next) {
      event.preventDefault();
      event.stopPropagation();
      this._focus(next);
    }
  };

  private _after(
    article: OutputArticle,
    key: string
  ): OutputArticle | undefined {
    const articles = this._feed.widgets as OutputArticle[];
    const index = articles.indexOf(article);
    switch (key) {
      case 'PageDown':
        return articles[index + 1];
      case 'PageUp':
        return articles[index - 1];
      case 'Home':
        return articles[0];
      case 'End':
        return articles.at(-1);
      default:
        return undefined;
    }
  }

  private _articleAt(target: EventTarget | null): OutputArticle | undefined {
    const node = target instanceof Element ? target : null;
    const found = node?.closest('.jp-PatinaOutput');
    return found ? this._rendered.at(found) : undefined;
  }

  private _tickWhileNeeded(): void {
    const isNeeded = this._running.size > 0;
    if (isNeeded && this._timer === undefined) {
      this._timer = setInterval(this._tick, TICK);
    } else if (!isNeeded) {
      clearInterval(this._timer);
      this._timer = undefined;
    }
  }

  private readonly _tick = (): void => {
    const now = Date.now();
    this._running.forEach(article => article.tick(now));
  };

  private _run: IRunView | null = null;
  private _cells = new OutputCells(null);
  private readonly _changes = new ChangeBatch(change => this._show(change));
  private _marked: string | null = null;
  private _focused: OutputArticle | null = null;
  private _timer: ReturnType<typeof setInterval> | undefined;
  /** The host of the articles: ours, with what only the timeline knows of each. */
  private readonly _articleHost: ITimelineHost & IArticleHost;
  private readonly _feed = new Panel();
  private readonly _ancestry: Ancestry;
  private readonly _articles = new Map<number, OutputArticle>();
  private readonly _running = new Set<OutputArticle>();
  private readonly _rendered: RenderedArticles<OutputArticle>;
  private readonly _focusedChanged = new Signal<this, wire.OutputCell | null>(
    this
  );
  private readonly _cellsChanged = new Signal<this, readonly wire.OutputCell[]>(
    this
  );
}
