import type { IDisposable } from '@lumino/disposable';
import { Arrangement } from '../../model/arrangement';
import type { Arranging } from '../../model/arranging';
import type { CellMark } from '../../model/marks';
import type { ICellsChange } from '../../model/runview';
import type { IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { IColumnItem } from './articlecolumn';
import { articleHost, type IHistoryHost } from './articlehost';
import type { IHeaderContext } from './articleheader';
import { ArticleFeed } from './feed';
import type { IForkPlace } from './forkplace';
import { OutputCells } from './outputcells';
import type { IArticleHost, OutputArticle } from './outputarticle';

/** What only the owner of articles knows of them. */
type Own = 'context' | 'forkAfter' | 'togglePin' | 'previous' | 'step';

/** What a feed of arranged output cells needs beside what its output cells need. */
export interface IArrangedHost extends Omit<IArticleHost, Own>, IHistoryHost {
  readonly arranging: Arranging;
  /** How many output cells are kept rendered. */
  readonly renderedOutputs: number;
  /** Where a cell is in the source, counted from 1. */
  placeOf(cell: string): number | null;
  /** The name to show for who asked for an output cell; null for the person at this page. */
  askedBy(name: string): string | null;
}

/** The output cells of a run, or its first ones, as a person wants them arranged. */
export class ArrangedFeed implements IDisposable {
  /** `markOf` tells what is no longer true of an output cell. */
  constructor(
    private readonly _host: IArrangedHost,
    root: HTMLElement,
    private readonly _markOf: (cell: wire.OutputCell) => CellMark | null
  ) {
    const host = articleHost(_host, {
      run: () => this._view?.id ?? '',
      context: cell => this._context(cell),
      previous: cell => this._beside(cell, -1),
      step: (cell, by) => this._stepButton(cell, by)
    });
    this.feed = new ArticleFeed(host, {
      root,
      limit: () => _host.renderedOutputs,
      cell: seq => this._view?.cell(seq),
      made: article => this._link(article)
    });
    _host.arranging.changed.connect(this.arrange, this);
  }

  readonly feed: ArticleFeed;

  get isDisposed(): boolean {
    return this.feed.isDisposed;
  }

  /** Show the output cells of this run, up to one; null shows nothing. */
  showRun(view: IRunView | null, until = Infinity): void {
    this.feed.clear();
    this._arrangement.clear();
    this._cellOf.clear();
    this._view = view;
    this._until = until;
    this._cells = new OutputCells(view);
    view?.seqs.forEach(seq => this._take(seq));
    this.arrange();
  }

  /** Output cells of the run were added, changed or removed. */
  apply({ added, changed, removed }: ICellsChange): void {
    const touched = new Set(removed.flatMap(seq => this._lose(seq) ?? []));
    added.forEach(seq => touched.add(this._take(seq)?.cell ?? ''));
    const isOther = changed.filter(seq => this._take(seq)).length > 0;
    if (isOther || added.length + removed.length > 0) {
      this.arrange();
    }
    for (const seq of changed) {
      const cell = this._view?.cell(seq);
      if (cell) {
        this.feed.tell(cell);
      }
    }
    this._renumber(touched);
  }

  /** Show what is to be shown now; what a person is in stays there. */
  arrange(): void {
    this._arrange(this.feed.held?.cell.seq ?? null);
  }

  /** The seqs of the output cells of this cell of the source, in order. */
  seqsOf(cell: string): readonly number[] {
    return this._cells.of(cell);
  }

  has(seq: number): boolean {
    return this._cellOf.has(seq);
  }

  /** The seq of the output cell of the same cell that is before or after this one. */
  beside(cell: wire.OutputCell, by: -1 | 1): number | null {
    return this._cells.beside(cell, by);
  }

  /** Bring this output cell into view and focus it, in place of the one it is folded with. */
  reveal(seq: number): OutputArticle | undefined {
    if (!this.feed.shows(seq) && this.has(seq)) {
      this._arrangement.choose(seq);
      this._arrange(seq);
    }
    return this.feed.focus(seq);
  }

  /** The output cell as a place to fork from, and where the run is told. */
  place(cell: wire.OutputCell): IForkPlace {
    return { run: this._view?.id ?? '', cell };
  }

  /** Mark the output cells of this cell of the source. */
  mark(cell: string | null): void {
    this._marked = cell;
    this.feed.articles.forEach(article => this._link(article));
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._host.arranging.changed.disconnect(this.arrange, this);
      this.feed.dispose();
    }
  }

  private _context(cell: wire.OutputCell): IHeaderContext {
    return {
      place: this._host.placeOf(cell.cell),
      previousMs: this._cells.previousMs(cell),
      askedBy: this._host.askedBy(cell.requested_by),
      mark: cell.undone ? null : this._markOf(cell),
      step: this._cells.step(cell),
      unableToFork: this._host.unableToFork(this.place(cell))
    };
  }

  private _beside(cell: wire.OutputCell, by: -1 | 1): wire.OutputCell | null {
    const seq = this.beside(cell, by);
    return (seq !== null && this._view?.cell(seq)) || null;
  }

  /** From the button of one output cell to the same button of the one beside it. */
  private _stepButton(cell: wire.OutputCell, by: -1 | 1): void {
    const seq = this.beside(cell, by);
    if (seq !== null) {
      this.reveal(seq)?.focusStep(by);
    }
  }

  /** Take an output cell into the order; returns it where that can change the order. */
  private _take(seq: number): wire.OutputCell | null {
    const cell = seq <= this._until ? this._view?.cell(seq) : undefined;
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

  private _arrange(held: number | null): void {
    const { arranging, placeOf } = this._host;
    const { groupBy, folds } = arranging;
    const seqs = this._arrangement.shown({ groupBy, folds, placeOf, held });
    this.feed.display(
      groupBy === 'time'
        ? this._divided(seqs)
        : seqs.map(seq => ({ seq, divider: null }))
    );
  }

  /** A line wherever the kernel was started anew between two output cells. */
  private _divided(seqs: readonly number[]): IColumnItem[] {
    const { trans } = this._host;
    const lost = trans.__('kernel restarted, state lost');
    let before: number | undefined;
    return seqs.map(seq => {
      const session = this._arrangement.sessionOf(seq);
      const isNew = before !== undefined && session !== before;
      before = session;
      return { seq, divider: isNew ? lost : null };
    });
  }

  /** Of these cells there are more outputs, or fewer: those in the page say which they are. */
  private _renumber(cells: ReadonlySet<string>): void {
    for (const article of this.feed.articles) {
      if (cells.has(article.cell.cell)) {
        article.refreshContext();
      }
    }
  }

  private _link(article: OutputArticle): void {
    article.toggleClass('jp-mod-linked', article.cell.cell === this._marked);
  }

  private _view: IRunView | null = null;
  private _until = Infinity;
  private _cells = new OutputCells(null);
  private _marked: string | null = null;
  private readonly _arrangement = new Arrangement();
  private readonly _cellOf = new Map<number, string>();
}
