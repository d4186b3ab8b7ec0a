import { type ISignal, Signal } from '@lumino/signaling';
import { SplitPanel, type Widget } from '@lumino/widgets';
import type { IPatinaBody, IRunsModel } from '../../tokens';
import type { Arranging } from '../../model/arranging';
import { CellRuns } from '../../model/cellruns';
import { CurrentRun } from '../../model/currentrun';
import type { IForkPlace } from '../timeline/forkplace';
import { Halves } from './halves';
import type { RunStrips } from './runstrips';
import type { SourceNotebook } from './sourcenotebook';

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
    this.halves = new Halves(this, notebook);
    strips.revealRequested.connect((_, cell) =>
      this._shownPane()?.revealOutput(cell)
    );
  }

  /** How source and timeline are placed. */
  readonly halves: Halves;

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
    this.halves.addTimeline(this._runPane);
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
    this.halves.showTimeline();
    return this._runPane;
  }

  /** Go to the cell of the source that the focused output came from. */
  goToCode(cell = this._runPane?.focusedCell ?? null): void {
    const index = this.notebook.widgets.findIndex(
      widget => widget.model.id === cell
    );
    if (index >= 0) {
      this.halves.half = 'source';
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
    this.halves.dispose();
    super.dispose();
    this._runs?.dispose();
    Signal.clearData(this);
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
    this.halves.fit();
  }

  private _notebookId: string | null = null;
  private _runs: IRunsModel | null = null;
  private _cellRuns: CellRuns | null = null;
  private _current: CurrentRun | null = null;
  private _runPane: IRunPane | null = null;
  private readonly _currentRunChanged = new Signal<this, string | null>(this);
  private readonly _opened = new Signal<this, IRunsModel>(this);
}
