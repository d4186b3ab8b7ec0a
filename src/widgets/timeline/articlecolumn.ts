import { Panel, Widget } from '@lumino/widgets';
import { Column, type ColumnPart } from '../../model/column';
import type * as wire from '../../wire';
import {
  type IArticleChoice,
  type IArticleHost,
  OutputArticle
} from './outputarticle';
import { RunningClock } from './runningclock';

/** How far around the view articles are there, in pixels. */
const NEAR = 600;

/** The height of an output cell of a line or two, with the space above it; see timeline.css. */
const GUESS = 104;
/** The space above an output cell, in pixels; see timeline.css. */
const BETWEEN = 6;

/** How many articles are made at once before it is known what is in view. */
const AT_ONCE = 20;

/** Where the articles of a column come from. */
export interface IColumnOptions {
  /** What scrolls. */
  readonly root: HTMLElement;
  /** How many articles are kept. */
  readonly limit: () => number;
  cell(seq: number): wire.OutputCell | undefined;
  /** An article was made. */
  made(article: OutputArticle): void;
}

/** An output cell in its place, and what is said above it. */
export interface IColumnItem {
  readonly seq: number;
  readonly divider: string | null;
}

/**
 * Output cells one below the other, of which only those near the view are shown; gaps stand for
 * the others. Where what comes in is not as high as its gap was, the browser's scroll anchoring
 * keeps what is read in its place. Some that were near are kept hidden: what a person did in them
 * stays, and to the browser they cost nothing in a frame.
 */
export abstract class ArticleColumn extends Panel {
  constructor(
    private readonly _host: IArticleHost,
    private readonly _options: IColumnOptions
  ) {
    super();
    _options.root.addEventListener('scroll', this._lookSoon, { passive: true });
    this._viewSize.observe(_options.root);
  }

  /** The articles that are shown, from top to bottom. */
  get articles(): readonly OutputArticle[] {
    return this.widgets
      .filter(widget => widget instanceof OutputArticle)
      .filter(article => !article.isHidden);
  }

  /** The seqs of the output cells that are shown, from top to bottom. */
  get seqs(): readonly number[] {
    return this._column.keys;
  }

  /** The article of an output cell, where it is in the page. */
  get(seq: number): OutputArticle | undefined {
    return this._articles.get(seq);
  }

  /** Whether an output cell is shown, be its article in the page or not. */
  shows(seq: number): boolean {
    return this.indexOf(seq) >= 0;
  }

  /** Show these output cells, in this order. */
  display(items: readonly IColumnItem[]): void {
    const added = items.flatMap(({ seq }, index) =>
      this.shows(seq) ? [] : index
    );
    this._items = items;
    this._column.keys = items.map(({ seq }) => seq);
    added.slice(-AT_ONCE).forEach(index => this._column.bring(index));
    this._sync();
  }

  /** Bring what is near the view into the page. */
  look(): void {
    const { root, limit } = this._options;
    if (!this.isVisible || root.clientHeight === 0 || this.seqs.length === 0) {
      return;
    }
    const view = root.getBoundingClientRect();
    const top = view.top - this.node.getBoundingClientRect().top;
    const first = this._column.at(top - NEAR);
    const last = this._column.at(top + view.height + NEAR);
    this._column.near(first, last);
    this._column.trim(limit(), seq => this._isHeld(seq));
    this._sync();
  }

  /** Show what the server now says of an output cell that is shown. */
  tell(cell: wire.OutputCell): void {
    // A question that is out of view is there all the same: a person may wait for it.
    const article = cell.input_request
      ? this.bring(cell.seq)
      : this._articles.get(cell.seq);
    if (article && article.cell !== cell) {
      article.update(cell);
      this._clock.note(article);
    }
  }

  clear(): void {
    this.display([]);
    this._choices.clear();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.clear();
    cancelAnimationFrame(this._frame ?? 0);
    this._options.root.removeEventListener('scroll', this._lookSoon);
    this._viewSize.disconnect();
    this._sizes.disconnect();
    super.dispose();
  }

  /** Whether an article stays in the page wherever the view is. */
  protected abstract isHeld(article: OutputArticle): boolean;

  protected indexOf(seq: number): number {
    return this._column.indexOf(seq);
  }

  /** The article of an output cell that is shown, made where it is not in the page. */
  protected bring(seq: number | undefined): OutputArticle | undefined {
    const index = seq === undefined ? -1 : this.indexOf(seq);
    if (seq === undefined || index < 0) {
      return undefined;
    }
    const article = this._articles.get(seq);
    if (!article || article.isHidden) {
      this._column.bring(index);
      this._sync();
    }
    return this._articles.get(seq);
  }

  /** Bring the page in step with the column. */
  private _sync(): void {
    const wanted = this._column
      .parts(seq => this._isHeld(seq))
      .flatMap(part => this._widget(part) ?? []);
    this._dropOthers(new Set(wanted));
    wanted.forEach((widget, index) => {
      if (this.widgets[index] !== widget) {
        this.insertWidget(index, widget);
      }
    });
  }

  private _dropOthers(wanted: ReadonlySet<Widget>): void {
    for (const [seq, article] of this._articles) {
      if (!wanted.has(article)) {
        this._drop(seq, article);
      }
    }
    for (const [before, gap] of this._gaps) {
      if (!wanted.has(gap)) {
        this._gaps.delete(before);
        gap.dispose();
      }
    }
  }

  private _widget(part: ColumnPart): Widget | undefined {
    return 'gap' in part
      ? this._gap(part.before, part.gap)
      : this._article(part.index, part.isShown);
  }

  private _gap(before: number | null, height: number): Widget {
    const gap = this._gaps.get(before) ?? new Widget();
    gap.addClass('jp-PatinaTimeline-gap');
    const size = `${height}px`;
    if (gap.node.style.height !== size) {
      gap.node.style.height = size;
    }
    this._gaps.set(before, gap);
    return gap;
  }

  private _article(index: number, isShown: boolean): OutputArticle | undefined {
    const { seq, divider } = this._items[index];
    const article = this._articles.get(seq) ?? this._make(seq);
    if (article && article.isHidden === isShown) {
      article.setHidden(!isShown);
      if (isShown) {
        // What was said meanwhile was said to those that are shown.
        article.update();
      }
    }
    article?.setDivider(divider);
    article?.setPlace(index + 1, this._items.length);
    return article;
  }

  private _make(seq: number): OutputArticle | undefined {
    const cell = this._options.cell(seq);
    if (!cell) {
      return undefined;
    }
    const article = new OutputArticle(cell, this._host, this._choices.get(seq));
    this._articles.set(seq, article);
    this._sizes.observe(article.node);
    this._clock.note(article);
    this._options.made(article);
    return article;
  }

  private _drop(seq: number, article: OutputArticle): void {
    const { choice } = article;
    if (choice && this.shows(seq)) {
      this._choices.set(seq, choice);
    } else {
      this._choices.delete(seq);
    }
    this._articles.delete(seq);
    this._sizes.unobserve(article.node);
    this._clock.forget(article);
    article.dispose();
  }

  private _isHeld(seq: number): boolean {
    const article = this._articles.get(seq);
    return article !== undefined && this.isHeld(article);
  }

  /** In the callbacks of this frame, after who listens to the scrolling and reads where it is. */
  private readonly _lookSoon = (): void => {
    this._frame ??= requestAnimationFrame(() => {
      this._frame = null;
      this.look();
    });
  };

  /** Out of sight things have no height: what they had stays known. */
  private readonly _onSizes = (entries: ResizeObserverEntry[]): void => {
    for (const { target, borderBoxSize } of entries) {
      const height = borderBoxSize[0]?.blockSize ?? 0;
      if (height > 0) {
        const seq = Number((target as HTMLElement).dataset.seq);
        this._column.measure(seq, height + BETWEEN);
      }
    }
    // This frame is laid out: to bring in more now would have it laid out again.
    this._lookSoon();
  };

  private _frame: number | null = null;
  private _items: readonly IColumnItem[] = [];
  private readonly _column = new Column(GUESS);
  private readonly _articles = new Map<number, OutputArticle>();
  /** By the output cell that comes after it; null is the end. */
  private readonly _gaps = new Map<number | null, Widget>();
  private readonly _choices = new Map<number, IArticleChoice>();
  private readonly _clock = new RunningClock();
  private readonly _sizes = new ResizeObserver(this._onSizes);
  private readonly _viewSize = new ResizeObserver(() => this.look());
}
