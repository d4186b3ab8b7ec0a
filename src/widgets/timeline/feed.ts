import { type ISignal, Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';
import type * as wire from '../../wire';
import { type IArticleHost, OutputArticle } from './outputarticle';
import { RenderedArticles } from './renderedarticles';

/** How often the duration of a running cell is counted on, in milliseconds. */
const TICK = 100;

/** The articles that a timeline shows, in its order, and the keys to walk through them. */
export class ArticleFeed extends Panel {
  /** `root` is what scrolls; `limit` says how many articles are kept rendered. */
  constructor(
    private readonly _host: IArticleHost,
    root: Element,
    limit: () => number
  ) {
    super();
    this.addClass('jp-PatinaTimeline-feed');
    this.node.setAttribute('role', 'feed');
    this.node.setAttribute('aria-label', _host.trans.__('Timeline'));
    this.node.addEventListener('keydown', this._onKey);
    this.node.addEventListener('focusin', this._onFocus);
    this._rendered = new RenderedArticles(root, limit);
  }

  get articles(): readonly OutputArticle[] {
    return this.widgets as readonly OutputArticle[];
  }

  get(seq: number): OutputArticle | undefined {
    return this._articles.get(seq);
  }

  /** The article that has, or last had, the focus. */
  get focused(): OutputArticle | null {
    return this._focused?.isDisposed ? null : this._focused;
  }

  /** The article that a person is in now. */
  get held(): OutputArticle | null {
    const { focused } = this;
    return focused?.node.contains(document.activeElement) ? focused : null;
  }

  get focusedChanged(): ISignal<this, OutputArticle> {
    return this._focusedChanged;
  }

  /**
   * Show these output cells, in this order; articles of others go. Returns the articles that are
   * new. Who was in an article that goes is in the one that takes its place.
   */
  display(cells: readonly wire.OutputCell[]): OutputArticle[] {
    const { held } = this;
    const place = held ? this.articles.indexOf(held) : -1;
    const wanted = new Set(cells.map(({ seq }) => seq));
    for (const [seq, article] of this._articles) {
      if (!wanted.has(seq)) {
        this._drop(seq, article);
      }
    }
    const added = cells.flatMap((cell, index) => this._put(cell, index) ?? []);
    if (held && !held.node.contains(document.activeElement)) {
      const next = held.isDisposed
        ? this.articles[Math.min(place, cells.length - 1)]
        : held;
      next?.node.focus({ preventScroll: true });
    }
    return added;
  }

  /** Show what the server now says of an output cell that is shown. */
  tell(cell: wire.OutputCell): void {
    const article = this._articles.get(cell.seq);
    if (article) {
      article.update(cell);
      this._note(article);
    }
  }

  fill(seq: number): void {
    const article = this._articles.get(seq);
    if (article) {
      this._rendered.fill(article);
    }
  }

  focus(article: OutputArticle): void {
    this._rendered.fill(article);
    article.node.focus({ preventScroll: true });
    article.node.scrollIntoView({ block: 'nearest' });
  }

  clear(): void {
    this._rendered.clear();
    this._articles.forEach(article => article.dispose());
    this._articles.clear();
    this._running.clear();
    this._focused = null;
    this._tickWhileNeeded();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.clear();
    this._rendered.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  /** The new article, where there is none yet. */
  private _put(cell: wire.OutputCell, index: number): OutputArticle | null {
    const known = this._articles.get(cell.seq);
    if (known) {
      if (this.articles[index] !== known) {
        this.insertWidget(index, known);
      }
      return null;
    }
    const article = new OutputArticle(cell, this._host);
    this._articles.set(cell.seq, article);
    this.insertWidget(index, article);
    this._rendered.add(article);
    this._note(article);
    return article;
  }

  private _drop(seq: number, article: OutputArticle): void {
    this._articles.delete(seq);
    this._running.delete(article);
    this._rendered.remove(article);
    article.dispose();
    this._tickWhileNeeded();
  }

  private _note(article: OutputArticle): void {
    if (article.isRunning) {
      this._running.add(article);
    } else {
      this._running.delete(article);
    }
    this._tickWhileNeeded();
  }

  private readonly _onFocus = (event: FocusEvent): void => {
    const article = this._articleAt(event.target);
    if (article && article !== this._focused) {
      this._rove(article);
      this._focused = article;
    }
    if (article) {
      this._focusedChanged.emit(article);
    }
  };

  /** One article at a time is a stop of the Tab key. */
  private _rove(article: OutputArticle): void {
    if (this.focused) {
      this.focused.node.tabIndex = -1;
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
      this.focus(next);
    }
  };

  private _after(
    article: OutputArticle,
    key: string
  ): OutputArticle | undefined {
    const { articles } = this;
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

  private _focused: OutputArticle | null = null;
  private _timer: ReturnType<typeof setInterval> | undefined;
  private readonly _articles = new Map<number, OutputArticle>();
  private readonly _running = new Set<OutputArticle>();
  private readonly _rendered: RenderedArticles<OutputArticle>;
  private readonly _focusedChanged = new Signal<this, OutputArticle>(this);
}
