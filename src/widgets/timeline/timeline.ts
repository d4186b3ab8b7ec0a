import { type ISignal, Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';
import type { CellMark } from '../../model/marks';
import type { ICellsChange } from '../../model/runview';
import type { IRunsModel, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { FollowMode } from '../notebook/settings';
import { Ancestry } from './ancestry';
import { ArrangedFeed, type IArrangedHost } from './arrangedfeed';
import { ChangeBatch } from './changebatch';
import type { ArticleFeed } from './feed';
import type { IForkPlace } from './forkplace';
import type { OutputArticle } from './outputarticle';
import { Scroll } from './scroll';

/** What the timeline needs beside what its output cells need. */
export interface ITimelineHost extends IArrangedHost {
  readonly follow: FollowMode;
  /** Whether empty places say what to do. */
  readonly showHints: boolean;
  readonly runs: IRunsModel;
  showRun(run: string): void;
  /** What is no longer true of an output cell of the shown run. */
  markOf(cell: wire.OutputCell): CellMark | null;
}

/** The output cells of the shown run, as they are arranged; by time, the latest at the bottom. */
export class Timeline extends Panel {
  constructor(private readonly _host: ITimelineHost) {
    super();
    const { trans } = _host;
    this.addClass('jp-PatinaTimeline');
    this._outputs = new ArrangedFeed(_host, this.node, cell =>
      _host.markOf(cell)
    );
    this._feed = this._outputs.feed;
    this._feed.addClass('jp-PatinaTimeline-feed');
    this._feed.node.setAttribute('aria-label', trans.__('Timeline'));
    this._ancestry = new Ancestry(_host, this.node);
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
    return this._inherited ?? (focused && this._outputs.place(focused));
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
    this._inherited = this._inheritedArticle = this._told = null;
    this._run = run;
    this._ancestry.showRun(run);
    this._outputs.showRun(run);
    this._hideEmpty();
    run?.cellsChanged.connect(this._onCells, this);
    this.scroll.enter(run?.id ?? null);
    this._feed.look();
  }

  /**
   * The places of cells in the source, trust or settings changed: say again what depends on them,
   * in the output cells with these ids, or in all.
   */
  refresh(cells: ReadonlySet<string> | null): void {
    if (cells === null && this._host.arranging.groupBy === 'cell') {
      this._outputs.arrange();
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

  /** Mark the output cells of this cell of the source, inherited ones too. */
  mark(cell: string | null): void {
    this._outputs.mark(cell);
    this._ancestry.mark(cell);
  }

  /** Bring the latest output cell of a cell of the source into view, and focus it. */
  reveal(cell: string): void {
    this._changes.flush();
    const seq = this._outputs.seqsOf(cell).at(-1);
    if (seq === undefined) {
      this._ancestry.reveal(cell);
    } else {
      this.revealSeq(seq);
    }
  }

  /** Bring this output cell into view, and focus it. */
  revealSeq(seq: number): void {
    this._changes.flush();
    if (!this._outputs.reveal(seq)) {
      this._ancestry.revealSeq(seq);
    }
  }

  /** Bring a cell that asks into view, and the person into the line that it asks for. */
  answer(seq: number): void {
    this.revealSeq(seq);
    if (this._feed.focused?.cell.seq === seq) {
      this._feed.focused.focusInput();
    }
  }

  /** Focus an older (-1) or newer (1) output cell of the focused one's cell, or of `cell`. */
  step(cell: string | null, by: -1 | 1): void {
    if (this._ancestry.article) {
      this._ancestry.step(by);
      return;
    }
    const hasFocus = this.node.contains(document.activeElement);
    const from = hasFocus ? this.focused : null;
    if (!from) {
      this.reveal(cell ?? '');
      return;
    }
    const seq = this._outputs.beside(from, by);
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
    this._outputs.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onActivateRequest(): void {
    const seq = this._feed.focused?.cell.seq ?? this._feed.seqs.at(-1);
    if (seq !== undefined) {
      this._feed.focus(seq);
    } else {
      this.node.focus();
    }
  }

  private _onCells(_: IRunView, change: ICellsChange): void {
    this._changes.add(change);
  }

  private _show(change: ICellsChange): void {
    const { added, changed } = change;
    this._outputs.apply(change);
    this._hideEmpty();
    if (added.length > 0) {
      this._arrived(added);
    }
    this._cellsChanged.emit(
      [...added, ...changed].flatMap(seq => this._run?.cell(seq) ?? [])
    );
  }

  /** A fork that has run nothing has a timeline, but a feed without items is none. */
  private _hideEmpty(): void {
    this._feed.setHidden(this._feed.seqs.length === 0);
  }

  /** The feed is arranged before this is told: it listens since it was made. */
  private _onArranging(): void {
    const { held } = this._feed;
    if (held) {
      this._feed.bringIntoView(held.cell.seq);
    } else if (this._host.arranging.groupBy === 'time') {
      this.scroll.toEnd();
    }
    this._feed.look();
  }

  /** By time what is new is at the end; by cell it is wherever its cell is. */
  private _arrived(added: readonly number[]): void {
    const { arranging, follow } = this._host;
    if (arranging.groupBy === 'time') {
      this.scroll.arrived(added.length);
    } else if (follow !== 'never' && !this._feed.held) {
      this._feed.bringIntoView(added[added.length - 1]);
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
  private readonly _changes = new ChangeBatch(change => this._show(change));
  /** The inherited output cell that has, or last had, the focus; null when one of this run has. */
  private _inherited: IForkPlace | null = null;
  private _inheritedArticle: OutputArticle | null = null;
  private _told: number | null = null;
  private readonly _outputs: ArrangedFeed;
  private readonly _feed: ArticleFeed;
  private readonly _ancestry: Ancestry;
  private readonly _focusedChanged = new Signal<this, wire.OutputCell | null>(
    this
  );
  private readonly _cellsChanged = new Signal<this, readonly wire.OutputCell[]>(
    this
  );
}
