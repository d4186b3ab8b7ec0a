import { type ISignal, Signal } from '@lumino/signaling';
import { SplitPanel, type Widget } from '@lumino/widgets';
import type { IPatinaBody, IRunsModel } from '../../tokens';
import type { Arranging } from '../../model/arranging';
import { CellRuns } from '../../model/cellruns';
import { CurrentRun } from '../../model/currentrun';
import type { IForkPlace } from '../timeline/forkplace';
import type { RunStrips } from './runstrips';
import type { SourceNotebook } from './sourcenotebook';

/**
 * Narrower than this, in CSS pixels, source and timeline are one above the other. A window of
 * 1,280 pixels at a zoom of 400 % is 320 wide.
 */
const NARROW = 640;

/**
 * Narrow and lower than this, one above the other would leave a few lines of each: one is shown at
 * a time. The window above is 256 high, and JupyterLab's own bars take half of it.
 */
const LOW = 400;

/** Where the timeline is, seen from the source. */
export type TimelinePosition = 'right' | 'below' | 'hidden';

/** One side of a notebook. */
export type Half = 'source' | 'timeline';

/** The pane that shows the runs: it can be told which one. */
export interface IRunPane extends Widget {
  /** The cell of the source that the focused output came from. */
  readonly focusedCell: string | null;
  /** The focused output cell and its run, perhaps an ancestor of the shown one. */
  readonly focusedPlace: IForkPlace | null;
  /** Show the latest output of this cell of the source in the shown run, and focus it. */
  revealOutput(cell: string): void;
  /** Show and focus an output cell of the shown run, perhaps an inherited one. */
  revealSeq(seq: number): void;
  /**
   * Focus the output next to the focused one, older (-1) or newer (1), of the same cell of the
   * source; with no output focused, the latest one of `cell`.
   */
  step(cell: string | null, by: -1 | 1): void;
  /** How the outputs are put. */
  readonly arranging: Arranging;
  /** Show the code of the focused output against the source, or no longer. */
  toggleDiff(): void;
  /** Start or stop scrolling to what is new. */
  toggleFollow(): void;
}

/** The body of a notebook: the source on the left, the runs on the right. */
export class PatinaBody extends SplitPanel implements IPatinaBody {
  constructor(
    readonly notebook: SourceNotebook,
    readonly strips: RunStrips
  ) {
    super({ orientation: 'horizontal', spacing: 1 });
    this.addClass('jp-PatinaBody');
    notebook.addClass('jp-NotebookPanel-notebook');
    notebook.addClass('jp-PatinaSource');
    this.addWidget(notebook);
    SplitPanel.setStretch(notebook, 1);
    strips.revealRequested.connect((_, cell) =>
      this._shownPane()?.revealOutput(cell)
    );
  }

  get notebookId(): string | null {
    return this._notebookId;
  }

  get runs(): IRunsModel | null {
    return this._runs;
  }

  /** What running each cell came to, once the runs are there. */
  get cellRuns(): CellRuns | null {
    return this._cellRuns;
  }

  /** The pane on the right, once the runs are there. */
  get runPane(): IRunPane | null {
    return this._runPane;
  }

  get currentRun(): string | null {
    return this._current?.id ?? null;
  }

  set currentRun(run: string | null) {
    this._current?.choose(run);
  }

  /** A hidden run is shown again only when a person chooses it. */
  set hiddenRuns(runs: ReadonlySet<string>) {
    if (this._current) {
      this._current.isHidden = run => runs.has(run);
    }
  }

  get currentRunChanged(): ISignal<this, string | null> {
    return this._currentRunChanged;
  }

  /** The runs have arrived, and the pane that shows them is there. */
  get opened(): ISignal<this, IRunsModel> {
    return this._opened;
  }

  get position(): TimelinePosition {
    return this._position;
  }

  set position(position: TimelinePosition) {
    this._position = position;
    this.dataset.timeline = position;
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

  /** Whether there is little room even for one of the two. */
  get isLow(): boolean {
    return this._isLow;
  }

  /** Whether source and timeline are shown one at a time, for want of room. */
  get hasRoomForOne(): boolean {
    return this._isLow && this.position !== 'hidden';
  }

  get isTimelineInView(): boolean {
    return (
      this._position !== 'hidden' &&
      !(this.hasRoomForOne && this._half === 'source')
    );
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

  /** Show these runs of the notebook `id`. The body disposes both when it goes. */
  open(id: string, runs: IRunsModel, createPane: () => IRunPane): void {
    const key = `patina-lab:shown-run:${id}`;
    this._notebookId = id;
    this._runs = runs;
    this._cellRuns = new CellRuns(runs);
    this._current = new CurrentRun(runs, sessionStorage.getItem(key));
    this._current.changed.connect((_, run) => {
      if (run !== null) {
        sessionStorage.setItem(key, run);
      }
      this.strips.showRun(run);
      this._currentRunChanged.emit(run);
    });
    this._runPane = createPane();
    this._addPane(this._runPane);
    this.strips.follow(this._cellRuns);
    this.strips.showRun(this.currentRun);
    this._opened.emit(runs);
  }

  /** Go to this output cell of the shown run. */
  revealSeq(seq: number): void {
    this._shownPane()?.revealSeq(seq);
  }

  /** The pane of the runs, which is shown if a person has hidden it: they ask for what is in it. */
  private _shownPane(): IRunPane | null {
    this.showTimeline();
    return this._runPane;
  }

  /** Go to the cell of the source that the focused output came from. */
  goToCode(cell = this._runPane?.focusedCell ?? null): void {
    const index = this.notebook.widgets.findIndex(
      widget => widget.model.id === cell
    );
    if (index >= 0) {
      this.half = 'source';
      this.notebook.activeCellIndex = index;
      this.notebook.mode = 'command';
      void this.notebook.scrollToItem(index, 'smart');
      this.notebook.activate();
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.strips.dispose();
    this._current?.dispose();
    this._cellRuns?.dispose();
    super.dispose();
    this._runs?.dispose();
    Signal.clearData(this);
  }

  private _addPane(pane: IRunPane): void {
    this.addWidget(pane);
    SplitPanel.setStretch(pane, 1);
    this._arrange();
    this.setRelativeSizes([1, 1]);
  }

  protected override onActivateRequest(): void {
    if (this.notebook.isHidden) {
      this._runPane?.activate();
    } else {
      this.notebook.activate();
    }
  }

  protected override onResize(msg: Widget.ResizeMessage): void {
    super.onResize(msg);
    const { clientWidth, clientHeight } = this.node;
    // Without any width there is nothing to arrange. What would be arranged for it might ask for
    // width, be given it, and be arranged anew: for ever.
    if (clientWidth > 0) {
      this._isNarrow = clientWidth < NARROW;
      this._isLow = this._isNarrow && clientHeight < LOW;
      this._arrange();
    }
  }

  private get _isBelow(): boolean {
    return this._position === 'below' || this._isNarrow;
  }

  /** Side by side where there is room for two columns that can be read. */
  private _arrange(): void {
    const { hasRoomForOne, isTimelineInView } = this;
    this._rememberShares();
    this.orientation = this._isBelow ? 'vertical' : 'horizontal';
    this.notebook.setHidden(hasRoomForOne && isTimelineInView);
    this._runPane?.setHidden(!isTimelineInView);
    this._restoreShares();
    const inView = `${this._isLow} ${hasRoomForOne} ${isTimelineInView}`;
    if (inView !== this._inView) {
      this._inView = inView;
      this._inViewChanged.emit();
    }
  }

  /** A panel that was alone would keep most of the room when the other one comes back. */
  private _rememberShares(): void {
    const shares = this.relativeSizes();
    if (this._isSplit && shares.every(share => share > 0)) {
      this._shares = shares;
    }
    this._known = this._placing();
  }

  private _restoreShares(): void {
    if (this._isSplit && this._placing() !== this._known) {
      this.setRelativeSizes([...this._shares]);
    }
  }

  /** Whether both can be seen. */
  private get _isSplit(): boolean {
    return !this.notebook.isHidden && this._runPane?.isHidden === false;
  }

  private _placing(): string {
    return `${this.orientation} ${this._isSplit}`;
  }

  private _notebookId: string | null = null;
  private _runs: IRunsModel | null = null;
  private _cellRuns: CellRuns | null = null;
  private _current: CurrentRun | null = null;
  private _runPane: IRunPane | null = null;
  private _position: TimelinePosition = 'right';
  private _half: Half = 'source';
  private _isNarrow = false;
  private _isLow = false;
  private _inView = '';
  private _shares: readonly number[] = [1, 1];
  private _known = '';
  private readonly _inViewChanged = new Signal<this, void>(this);
  private readonly _currentRunChanged = new Signal<this, string | null>(this);
  private readonly _opened = new Signal<this, IRunsModel>(this);
}
