import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { FollowMode } from '../notebook/settings';

/** This close to the end, in pixels, counts as being there. */
const CLOSE = 24;

/**
 * Where a timeline is scrolled to: at its end, which it then follows, or where a person left it.
 *
 * What grows while a person reads elsewhere never moves what they read; it is counted instead.
 */
export class Scroll implements IDisposable {
  constructor(
    private readonly _view: HTMLElement,
    content: HTMLElement,
    private readonly _mode: () => FollowMode
  ) {
    _view.addEventListener('scroll', this._onScroll, { passive: true });
    this._sizes = new ResizeObserver(() => this._settle());
    this._sizes.observe(content);
    this._sizes.observe(_view);
  }

  /** How many output cells arrived while the end was out of view. */
  get unseen(): number {
    return this._unseen;
  }

  get unseenChanged(): ISignal<this, number> {
    return this._unseenChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._sizes.disconnect();
    this._view.removeEventListener('scroll', this._onScroll);
    Signal.clearData(this);
  }

  /** Remember where `key` is scrolled to. */
  leave(key: string | null): void {
    if (key !== null) {
      this._places.set(key, this._isAtEnd ? null : this._view.scrollTop);
    }
  }

  /** Go to where `key` was left; one never seen is shown at its end. */
  enter(key: string | null): void {
    const place = (key !== null && this._places.get(key)) ?? null;
    this._isAtEnd = place === null || place === false;
    this._setUnseen(0);
    if (typeof place === 'number') {
      this._isWanted = false;
      this._view.scrollTop = place;
    } else {
      this.toEnd();
    }
  }

  /** So many output cells were added at the end. */
  arrived(count: number): void {
    if (this._follows) {
      this.toEnd();
    } else {
      this._isWanted = false;
      this._setUnseen(this._unseen + count);
    }
  }

  toEnd(): void {
    this._isAtEnd = this._isWanted = true;
    this._isPaused = false;
    this._view.scrollTop = this._view.scrollHeight;
    this._setUnseen(0);
  }

  /** Stop scrolling to what is new, or start again. */
  toggle(): void {
    if (this._follows) {
      this._isPaused = true;
      this._isWanted = false;
    } else {
      this.toEnd();
    }
  }

  private get _follows(): boolean {
    const mode = this._mode();
    return (
      !this._isPaused &&
      mode !== 'never' &&
      (this._isAtEnd || mode === 'always')
    );
  }

  private _settle(): void {
    if (this._follows || this._isWanted) {
      this._view.scrollTop = this._view.scrollHeight;
    }
  }

  /**
   * A person scrolled, or this object. By the time the browser tells of it the content may have
   * grown further, so that only a way upwards says that somebody left the end.
   */
  private readonly _onScroll = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = this._view;
    if (scrollHeight - scrollTop - clientHeight < CLOSE) {
      this._isAtEnd = true;
      this._setUnseen(0);
    } else if (scrollTop < this._top) {
      this._isAtEnd = this._isWanted = false;
    }
    this._top = scrollTop;
  };

  private _setUnseen(count: number): void {
    if (count !== this._unseen) {
      this._unseen = count;
      this._unseenChanged.emit(count);
    }
  }

  private readonly _sizes: ResizeObserver;
  private readonly _places = new Map<string, number | null>();
  private _isAtEnd = true;
  /**
   * Whether a person wants what is at the end now, whatever is followed: how far down that is shows
   * only when it has come into view.
   */
  private _isWanted = false;
  /** Where the view was scrolled to when that was last told of. */
  private _top = 0;
  private _isPaused = false;
  private _unseen = 0;
  private readonly _unseenChanged = new Signal<this, number>(this);
  private _isDisposed = false;
}
