import { type ISignal, Signal } from '@lumino/signaling';
import { SplitPanel, type Widget } from '@lumino/widgets';
import {
  type Half,
  type IView,
  roomOf,
  type TimelinePosition,
  viewOf
} from '../../model/halves';

/** Source and timeline in the panel that holds both: side by side, one above the other, or one. */
export class Halves {
  constructor(
    private readonly _panel: SplitPanel,
    private readonly _source: Widget
  ) {
    _panel.addWidget(_source);
    SplitPanel.setStretch(_source, 1);
  }

  get position(): TimelinePosition {
    return this._position;
  }

  set position(position: TimelinePosition) {
    this._position = position;
    this._panel.dataset.timeline = position;
    this._arrange();
  }

  /** Which one is shown, where there is room for one. */
  get half(): Half {
    return this._half;
  }

  set half(half: Half) {
    this._half = half;
    this._arrange();
  }

  /** What is in view. */
  get view(): IView {
    return viewOf(this._position, this._half, this._room);
  }

  /** Source or timeline came into view or went, or there is room for both, or no longer. */
  get inViewChanged(): ISignal<this, void> {
    return this._inViewChanged;
  }

  /** Show the timeline, wherever there is room for it. */
  showTimeline(): void {
    this._half = 'timeline';
    if (this._position === 'hidden') {
      this.position = 'right';
    } else {
      this._arrange();
    }
  }

  /** The timeline is there now. */
  addTimeline(timeline: Widget): void {
    this._timeline = timeline;
    this._panel.addWidget(timeline);
    SplitPanel.setStretch(timeline, 1);
    this._arrange();
    this._panel.setRelativeSizes([1, 1]);
  }

  /** The panel has another size. */
  fit(): void {
    const { clientWidth, clientHeight } = this._panel.node;
    // Without any width there is nothing to arrange. What would be arranged for it might ask for
    // width, be given it, and be arranged anew: for ever.
    if (clientWidth > 0) {
      this._room = roomOf(clientWidth, clientHeight);
      this._arrange();
    }
  }

  dispose(): void {
    Signal.clearData(this);
  }

  /** Side by side where there is room for two columns that can be read. */
  private _arrange(): void {
    const { isBelow, isSourceInView, isTimelineInView, ...room } = this.view;
    this._rememberShares();
    this._panel.orientation = isBelow ? 'vertical' : 'horizontal';
    this._source.setHidden(!isSourceInView);
    this._timeline?.setHidden(!isTimelineInView);
    this._restoreShares();
    const inView = JSON.stringify([room, isTimelineInView]);
    if (inView !== this._inView) {
      this._inView = inView;
      this._inViewChanged.emit();
    }
  }

  /** A panel that was alone would keep most of the room when the other one comes back. */
  private _rememberShares(): void {
    const shares = this._panel.relativeSizes();
    if (this._isSplit && shares.every(share => share > 0)) {
      this._shares = shares;
    }
    this._known = this._placing();
  }

  private _restoreShares(): void {
    if (this._isSplit && this._placing() !== this._known) {
      this._panel.setRelativeSizes([...this._shares]);
    }
  }

  /** Whether both can be seen. */
  private get _isSplit(): boolean {
    return !this._source.isHidden && this._timeline?.isHidden === false;
  }

  private _placing(): string {
    return `${this._panel.orientation} ${this._isSplit}`;
  }

  private _timeline: Widget | null = null;
  private _position: TimelinePosition = 'right';
  private _half: Half = 'source';
  private _room = roomOf(Infinity, Infinity);
  private _inView = '';
  private _known = '';
  private _shares: readonly number[] = [1, 1];
  private readonly _inViewChanged = new Signal<this, void>(this);
}
