import type { IDisposable } from '@lumino/disposable';

/** How far around the view articles are rendered, as a margin of CSS. */
const NEAR = '600px 0px';

/** What can be rendered, and let go again. */
export interface IFillable {
  readonly node: HTMLElement;
  readonly isFilled: boolean;
  readonly isHeld: boolean;
  isNear: boolean;
  fill(): void;
  empty(): void;
}

/** Renders articles when they come near the view, and keeps no more of them than allowed. */
export class RenderedArticles<
  T extends IFillable = IFillable
> implements IDisposable {
  constructor(
    root: Element,
    private readonly _limit: () => number
  ) {
    this._observer = new IntersectionObserver(this._onSeen, {
      root,
      rootMargin: NEAR
    });
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  add(article: T): void {
    this._byNode.set(article.node, article);
    this._observer.observe(article.node);
  }

  remove(article: T): void {
    this._observer.unobserve(article.node);
    this._byNode.delete(article.node);
    this._filled.delete(article);
  }

  at(node: Element): T | undefined {
    return this._byNode.get(node);
  }

  fill(article: T): void {
    article.fill();
    this._filled.delete(article);
    this._filled.add(article);
  }

  clear(): void {
    this._observer.disconnect();
    this._byNode.clear();
    this._filled.clear();
  }

  dispose(): void {
    this._isDisposed = true;
    this.clear();
  }

  private readonly _onSeen = (entries: IntersectionObserverEntry[]): void => {
    for (const { target, isIntersecting } of entries) {
      const article = this._byNode.get(target);
      if (article) {
        article.isNear = isIntersecting;
        if (isIntersecting) {
          this.fill(article);
        }
      }
    }
    this._trim();
  };

  /** Those that came near longest ago go first. */
  private _trim(): void {
    for (const article of this._filled) {
      if (this._filled.size <= this._limit()) {
        return;
      }
      if (!article.isNear && !article.isHeld) {
        article.empty();
        this._filled.delete(article);
      }
    }
  }

  private readonly _observer: IntersectionObserver;
  private readonly _byNode = new Map<Element, T>();
  /** A Set iterates in the order of insertion: the one that came near last is at the end. */
  private readonly _filled = new Set<T>();
  private _isDisposed = false;
}
