import { type ISignal, Signal } from '@lumino/signaling';
import {
  ArticleColumn,
  type IColumnItem,
  type IColumnOptions
} from './articlecolumn';
import type { IArticleHost, OutputArticle } from './outputarticle';

/** The articles that a timeline shows, in its order, and the keys to walk through them. */
export class ArticleFeed extends ArticleColumn {
  constructor(host: IArticleHost, options: IColumnOptions) {
    super(host, options);
    this.node.setAttribute('role', 'feed');
    this.node.addEventListener('keydown', this._onKey);
    this.node.addEventListener('focusin', this._onFocus);
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
   * Show these output cells, in this order. Who was in an article that goes is in the one that
   * takes its place.
   */
  override display(items: readonly IColumnItem[]): void {
    const { held } = this;
    const place = held ? this.indexOf(held.cell.seq) : -1;
    super.display(items);
    if (held && !held.node.contains(document.activeElement)) {
      const next = held.isDisposed
        ? items[Math.min(place, items.length - 1)]
        : held.cell;
      this.bring(next?.seq)?.node.focus({ preventScroll: true });
    }
  }

  /** Bring the article of an output cell that is shown into view, and focus it. */
  focus(seq: number): OutputArticle | undefined {
    const article = this.bring(seq);
    article?.node.focus({ preventScroll: true });
    this.bringIntoView(seq);
    return article;
  }

  /** Bring an output cell that is shown into view. */
  bringIntoView(seq: number): void {
    this.bring(seq)?.node.scrollIntoView({ block: 'nearest' });
    this.look();
  }

  override clear(): void {
    this._focused = null;
    super.clear();
  }

  override dispose(): void {
    Signal.clearData(this);
    super.dispose();
  }

  /** What has, or last had, the focus is what commands are about. */
  protected override isHeld(article: OutputArticle): boolean {
    return article.isHeld || article === this._focused;
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
    const next =
      isText || !article ? undefined : this._after(article.cell.seq, event.key);
    if (next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this.focus(next);
    }
  };

  private _after(seq: number, key: string): number | undefined {
    const { seqs } = this;
    switch (key) {
      case 'PageDown':
        return seqs[this.indexOf(seq) + 1];
      case 'PageUp':
        return seqs[this.indexOf(seq) - 1];
      case 'Home':
        return seqs[0];
      case 'End':
        return seqs.at(-1);
      default:
        return undefined;
    }
  }

  private _articleAt(target: EventTarget | null): OutputArticle | undefined {
    const node = target instanceof Element ? target : null;
    const found = node?.closest<HTMLElement>('.jp-PatinaOutput');
    return found ? this.get(Number(found.dataset.seq)) : undefined;
  }

  private _focused: OutputArticle | null = null;
  private readonly _focusedChanged = new Signal<this, OutputArticle>(this);
}
