import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';
import { type GlobalsModel } from '../../model/globalsmodel';
import { hasKernel, statusWord } from '../../model/runwords';
import type { IRunView } from '../../tokens';
import type { PatinaPanel } from '../notebook/panel';
import { GlobalsBar } from './globalsbar';
import { GlobalsGrid } from './globalsgrid';

/** The id of the panel in JupyterLab's shell. */
export const GLOBALS_ID = 'patina-globals';

/** The variables of the run that the notebook in front shows. */
export class GlobalsPanel extends Panel {
  constructor(
    readonly model: GlobalsModel,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaGlobals');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this._trans.__('Variables'));
    this.bar = new GlobalsBar(model, _trans, run => this._chooseRun(run));
    this.grid = new GlobalsGrid(model, _trans);
    this.bar.leaveFilter = () => this.grid.activate();
    this._note.addClass('jp-PatinaGlobals-note');
    this._note.node.setAttribute('role', 'status');
    this.addWidget(this.bar);
    this.addWidget(this._note);
    this.addWidget(this.grid);
    model.changed.connect(this._update, this);
    this._update();
  }

  readonly bar: GlobalsBar;
  readonly grid: GlobalsGrid;

  get panel(): PatinaPanel | null {
    return this._panel;
  }

  /** The kernel of a plain notebook whose variables are shown in place of a run's. */
  get kernel(): IRunView | null {
    return this._kernel;
  }

  /** Show the variables of this kernel; null shows those of the notebook's run again. */
  showKernel(kernel: IRunView | null): void {
    if (kernel !== this._kernel) {
      this._kernel?.changed.disconnect(this._update, this);
      this._kernel = kernel;
      kernel?.changed.connect(this._update, this);
      this._onRun();
    }
  }

  /** Follow this notebook from now on. */
  showPanel(panel: PatinaPanel | null): void {
    if (panel === this._panel) {
      return;
    }
    this._panel?.shownRun.changed.disconnect(this._onRun, this);
    this._panel = panel;
    panel?.shownRun.changed.connect(this._onRun, this);
    panel?.disposed.connect(
      () => this._panel === panel && this.showPanel(null)
    );
    this._onRun();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.showPanel(null);
    this.showKernel(null);
    this.model.changed.disconnect(this._update, this);
    super.dispose();
  }

  /** Focus the filter; a panel that is not in front is brought there by its owner. */
  filter(): void {
    this._isToFilter = true;
    this.activate();
  }

  protected override onActivateRequest(): void {
    if (this._isToFilter) {
      this.bar.focusFilter();
    } else {
      this.grid.activate();
    }
    this._isToFilter = false;
  }

  private _chooseRun(run: string): void {
    if (this._panel) {
      this._panel.content.currentRun = run;
    }
  }

  private _onRun(): void {
    const run = this._panel?.shownRun.view ?? null;
    this.model.showRun(this._kernel ?? run);
    this._update();
  }

  private _update(): void {
    const runs = this._panel?.content.runs?.runs ?? [];
    this.bar.offer(this._kernel ? [this._kernel] : runs);
    const text = this._text();
    if (this._note.node.textContent !== text) {
      this._note.node.textContent = text;
    }
    this._note.setHidden(text === '');
  }

  /** What is to be known of the list as a whole. */
  private _text(): string {
    const trans = this._trans;
    const { view, after, trouble, counts, query, isLoading } = this.model;
    if (!view) {
      return trans.__('No run is shown');
    }
    if (trouble !== null) {
      return trouble;
    }
    if (isLoading) {
      return trans.__('Loading what was there after #%1…', after ?? 0);
    }
    const notes = [this._life()];
    if (after !== null) {
      notes.push(trans.__('Past, not live: as it was after #%1', after));
    }
    if (query.pattern !== '') {
      notes.push(trans.__('%1 of %2 variables', counts.shown, counts.all));
    } else if (counts.all === 0) {
      notes.push(trans.__('No variables'));
    }
    return notes.filter(Boolean).join(' · ');
  }

  private _life(): string {
    const run = this.model.view?.run;
    if (!run || this.model.after !== null) {
      return '';
    }
    if (!hasKernel(run)) {
      const word = statusWord(run.status, this._trans);
      return this._trans.__('Last known: the run is %1', word);
    }
    return run.status === 'busy'
      ? this._trans.__('A cell is running; as of the one before')
      : '';
  }

  private _panel: PatinaPanel | null = null;
  private _kernel: IRunView | null = null;
  private _isToFilter = false;
  private readonly _note = new Widget();
}
