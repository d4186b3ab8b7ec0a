import type { NotebookToCModel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Throttler } from '@lumino/polling';
import { sectionText } from '../../model/cellwords';
import { sections } from '../../model/sections';
import { type ICellState, sectionStatus } from '../../model/sectionstatus';
import type { PatinaPanel } from './panel';

/** How often the headings are looked at while outputs come, in milliseconds. */
const LOOK = 250;

/** The attribute that the style sheet shows behind a heading. */
const STATUS = 'data-patina-status';

/** Says at each heading of JupyterLab's table of contents what came of running its section. */
export class HeadingStatus implements IDisposable {
  constructor(
    private readonly _model: NotebookToCModel,
    private readonly _panel: PatinaPanel,
    private readonly _trans: TranslationBundle
  ) {
    const { content } = _panel;
    _model.headingsChanged.connect(this._look, this);
    content.currentRunChanged.connect(this._look, this);
    content.opened.connect(this._follow, this);
    this._follow();
    _panel.disposed.connect(this.dispose, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    const { content, live } = this._panel;
    this._model.headingsChanged.disconnect(this._look, this);
    content.currentRunChanged.disconnect(this._look, this);
    content.opened.disconnect(this._follow, this);
    content.cellRuns?.changed.disconnect(this._look, this);
    live?.marks.changed.disconnect(this._look, this);
    this._throttler.dispose();
  }

  /** What runs and marks say is there once the runs are. */
  private _follow(): void {
    const { content, live } = this._panel;
    content.cellRuns?.changed.connect(this._look, this);
    live?.marks.changed.connect(this._look, this);
    this._look();
  }

  private _look(): void {
    if (!this._isDisposed) {
      void this._throttler.invoke();
    }
  }

  /** Headings are JupyterLab's own objects: a changed one is drawn when the model says so. */
  private _update(): void {
    if (this._isDisposed || this._model.isDisposed) {
      return;
    }
    const texts = this._texts();
    let isOther = false;
    for (const heading of this._model.headings) {
      const said = texts.get(heading.cellRef.model.id);
      const text = said?.level === heading.level ? said.text : undefined;
      if (heading.dataset?.[STATUS] !== text) {
        const { [STATUS]: _, ...rest } = heading.dataset ?? {};
        heading.dataset =
          text === undefined ? rest : { ...rest, [STATUS]: text };
        isOther = true;
      }
    }
    if (isOther) {
      this._model.stateChanged.emit();
    }
  }

  /** What to say of each section, by the id of its heading's cell. */
  private _texts(): Map<string, { level: number; text: string }> {
    const cells = this._panel.model.sharedModel.cells.map(
      ({ id, cell_type, source }) => ({ id, type: cell_type, source })
    );
    const states = cells.map(({ id, type, source }) =>
      type === 'code' && source.trim() !== '' ? this._state(id) : null
    );
    const texts = new Map<string, { level: number; text: string }>();
    for (const { start, end, level } of sections(cells)) {
      const known = states.slice(start, end).filter(state => state !== null);
      const status = sectionStatus(known);
      if (status !== null) {
        const text = sectionText(status, this._trans);
        texts.set(cells[start].id, { level, text });
      }
    }
    return texts;
  }

  private _state(cell: string): ICellState {
    const { content, live } = this._panel;
    const run = content.currentRun;
    const output = run === null ? undefined : content.cellRuns?.last(run, cell);
    return {
      status: output?.status ?? null,
      mark: live?.marks.of(cell) ?? null
    };
  }

  private readonly _throttler = new Throttler(() => this._update(), LOOK);
  private _isDisposed = false;
}
