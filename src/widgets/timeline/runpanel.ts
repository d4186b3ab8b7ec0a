import type { TranslationBundle } from '@jupyterlab/translation';
import { DOMUtils } from '@jupyterlab/apputils';
import { type ISignal, Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';
import type { IRunsModel, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { IForkTrouble } from '../notebook/forking';
import type { Arranging } from '../../model/arranging';
import { Announcer } from './announcer';
import { ArrangeBar } from './arrangebar';
import { button, element } from './element';
import type { IForkPlace } from './forkplace';
import { RunNotice } from './runnotice';
import type { IRunActions } from './runnotices';
import { type ITabbedBody, RunTabs } from './runtabs';
import { type ITimelineHost, Timeline } from './timeline';

/** The right side of a notebook: the tabs of its runs, and the timeline of the one shown. */
export class RunPanel extends Panel {
  constructor(
    private readonly _body: ITabbedBody,
    private readonly _runs: IRunsModel,
    private readonly _trans: TranslationBundle,
    private readonly _host: ITimelineHost,
    actions: IRunActions
  ) {
    super();
    this.addClass('jp-PatinaRuns');
    const id = DOMUtils.createDomID();
    this._tabs = new RunTabs(_body, _runs, _trans, id, () => actions.newRun());
    this.announcer = new Announcer(_trans);
    this.notice = new RunNotice(_trans, actions, sentence =>
      this.announcer.tell(sentence)
    );
    this._bar = new ArrangeBar(_host.arranging, _trans);
    this._timeline = new Timeline(_host);
    this._timeline.id = id;
    this.node.dataset.patinaPane = 'timeline';
    this._timeline.node.setAttribute('role', 'tabpanel');
    this._buildLayout();
    _body.currentRunChanged.connect(this._onRun, this);
    _runs.connectionChanged.connect(this._onChanged, this);
    this._timeline.cellsChanged.connect(this._onCells, this);
    this._timeline.focusedChanged.connect(this._onFocused, this);
    this._timeline.scroll.unseenChanged.connect(this._onUnseen, this);
    this._onRun();
    void _runs.ready.then(() => this.isDisposed || this._onChanged());
  }

  /** Speaks to screen readers, also while this is hidden; whoever shows this puts it somewhere. */
  readonly announcer: Announcer;
  /** What is to be said of the shown run; above the timeline unless that is out of view. */
  readonly notice: RunNotice;

  get focusedCell(): string | null {
    return this._timeline.focused?.cell ?? null;
  }

  get focusedPlace(): IForkPlace | null {
    return this._timeline.place;
  }

  /** A fork that failed is told of where it was asked for; null when there is none. */
  set trouble(trouble: IForkTrouble | null) {
    this._trouble = trouble;
    this._onChanged();
  }

  /** Another output cell has the focus: the cell of the source that it came from. */
  get focusedCellChanged(): ISignal<this, string | null> {
    return this._focusedCellChanged;
  }

  get arranging(): Arranging {
    return this._host.arranging;
  }

  /** Show the code of the focused output cell against the source, or no longer. */
  toggleDiff(): void {
    this._timeline.toggleDiff();
  }

  /** The source of these cells changed, or of all. */
  refreshDiffs(cells: ReadonlySet<string> | null): void {
    this._timeline.refreshDiffs(cells);
  }

  revealOutput(cell: string): void {
    this._timeline.reveal(cell);
  }

  revealSeq(seq: number): void {
    this._timeline.revealSeq(seq);
  }

  step(cell: string | null, by: -1 | 1): void {
    this._timeline.step(cell, by);
  }

  /** Bring the output cell of a cell that asks into view, and the person into its line. */
  answer(seq: number): void {
    this._timeline.answer(seq);
  }

  /** Have the notice above the timeline. */
  takeNotice(): void {
    this.insertWidget(1, this.notice);
  }

  toggleFollow(): void {
    this._timeline.scroll.toggle();
  }

  /** Mark the output cells of this cell of the source. */
  markCell(cell: string | null): void {
    this._timeline.mark(cell);
  }

  /** Marks, or what can be done, changed. */
  refreshContexts(): void {
    this._timeline.refreshContexts();
    this._onChanged();
  }

  /** Runs came or went: a parent may be among them. */
  refreshAncestry(): void {
    this._timeline.refreshAncestry();
  }

  /** Say again what depends on the source, on trust or on settings: of these output cells, or of all. */
  refresh(cells: ReadonlySet<string> | null): void {
    this._timeline.refresh(cells);
    this._onChanged();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._body.currentRunChanged.disconnect(this._onRun, this);
    this._runs.connectionChanged.disconnect(this._onChanged, this);
    this._view?.changed.disconnect(this._onChanged, this);
    this.announcer.dispose();
    this.notice.dispose();
    Signal.clearData(this);
    super.dispose();
  }

  protected override onActivateRequest(): void {
    this._timeline.activate();
  }

  private _buildLayout(): void {
    this._pill.hidden = true;
    const foot = new Widget();
    foot.addClass('jp-PatinaRuns-foot');
    foot.node.append(this._pill);
    this.addWidget(this._tabs);
    this.takeNotice();
    this.addWidget(this._bar);
    this.addWidget(this._empty);
    this.addWidget(this._timeline);
    this.addWidget(foot);
    this._empty.addClass('jp-PatinaRuns-empty');
  }

  private _onRun(): void {
    const { currentRun } = this._body;
    this._view?.changed.disconnect(this._onChanged, this);
    this._view = (currentRun !== null && this._runs.get(currentRun)) || null;
    this._view?.changed.connect(this._onChanged, this);
    const view = this._view;
    const cells = view?.seqs.map(seq => view.cell(seq)) ?? [];
    this.announcer.begin(cells.filter(cell => cell !== undefined));
    this._timeline.showRun(this._view);
    this._timeline.node.setAttribute(
      'aria-labelledby',
      `${this._timeline.id}-${currentRun ?? ''}`
    );
    this._onChanged();
  }

  private _onChanged(): void {
    this.notice.tell({
      view: this._view,
      connection: this._runs.connection,
      trouble: this._trouble
    });
    this._onPossible();
    const isFork = this._view?.run.parent !== undefined;
    const count = this._view?.seqs.length ?? 0;
    const isEmpty = !isFork && count === 0;
    this._bar.setHidden(isEmpty);
    this._empty.setHidden(!isEmpty);
    this._timeline.setHidden(isEmpty);
    this._empty.node.textContent = this._emptyText();
  }

  /** What can be done with each output cell depends on these fields of the run only. */
  private _onPossible(): void {
    const run = this._view?.run;
    const { status, session, last_seq, checkpoints, capabilities } = run ?? {};
    const key = JSON.stringify([
      status,
      session,
      last_seq,
      checkpoints,
      capabilities
    ]);
    if (key !== this._possible) {
      this._possible = key;
      this._timeline.refreshContexts();
    }
  }

  private _emptyText(): string {
    if (this._runs.connection === 'connecting') {
      return this._trans.__('Loading the runs…');
    }
    return this._host.showHints
      ? this._trans.__('Shift+Enter runs; results appear here and are kept')
      : this._trans.__('No outputs');
  }

  private _onCells(_: Timeline, cells: readonly wire.OutputCell[]): void {
    this._onChanged();
    this.announcer.noticed(cells);
  }

  private _onFocused(_: Timeline, cell: wire.OutputCell | null): void {
    this._focusedCellChanged.emit(cell?.cell ?? null);
  }

  private _onUnseen(_: unknown, count: number): void {
    this._pill.hidden = count === 0;
    this._pill.textContent = this._trans._n(
      '↓ %1 new output',
      '↓ %1 new outputs',
      count
    );
  }

  private _view: IRunView | null = null;
  private _possible = '';
  private _trouble: IForkTrouble | null = null;
  private readonly _tabs: RunTabs;
  private readonly _bar: ArrangeBar;
  private readonly _timeline: Timeline;
  private readonly _empty = new Widget({
    node: element('p', '')
  });
  private readonly _pill = button('jp-PatinaRuns-pill', '', () =>
    this._timeline.scroll.toEnd()
  );
  private readonly _focusedCellChanged = new Signal<this, string | null>(this);
}
