import type { IDisposable } from '@lumino/disposable';
import { CellMarks } from '../../model/cellmarks';
import type { CellRuns } from '../../model/cellruns';
import type { IPatinaClient, IRunsModel } from '../../tokens';
import { Forking } from './forking';
import type { PatinaPanel } from './panel';
import { SourceHashes } from './sourcehashes';
import type { ISourceHashes } from '../../model/cellmarks';

/** What a notebook's page knows about the live state of its runs, and does with it. */
export class LiveState implements IDisposable {
  constructor(
    private readonly _panel: PatinaPanel,
    runs: IRunsModel,
    cellRuns: CellRuns,
    client: IPatinaClient
  ) {
    const { content, execution, model } = _panel;
    this._hashes = new SourceHashes(model.cells);
    this.marks = new CellMarks(runs, cellRuns, this._hashes);
    this.forking = new Forking(client, content, execution);
    content.strips.mark(this.marks);
    content.currentRunChanged.connect(this._onRun, this);
    this._onRun();
  }

  readonly marks: CellMarks;

  /** The source, as far as it tells which of its cells changed. */
  get source(): ISourceHashes {
    return this._hashes;
  }

  readonly forking: Forking;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._panel.content.currentRunChanged.disconnect(this._onRun, this);
    this.marks.dispose();
    this._hashes.dispose();
    this.forking.dispose();
  }

  private _onRun(): void {
    this.marks.showRun(this._panel.content.currentRun);
  }

  private readonly _hashes: SourceHashes;
  private _isDisposed = false;
}
