import type { Cell, MarkdownCell } from '@jupyterlab/cells';
import { type ISignal, Signal } from '@lumino/signaling';
import { PatinaError } from '../../services/error';
import type { IPatinaClient } from '../../tokens';
import type * as wire from '../../wire';
import { sourceHash } from '../../model/hash';
import { hasKernel } from '../../model/runwords';
import type { PatinaBody } from './body';

/** Cells that were asked for in a run that has no kernel. */
export interface IWaitingCells {
  readonly run: wire.Run;
  readonly cells: readonly wire.CellReference[];
}

/** Which run is meant; null when there is none after all. */
type Target = () => string | null | Promise<string | null>;

/** Asks the server to run cells of one notebook in the run it shows. */
export class Execution {
  constructor(
    private readonly _client: IPatinaClient,
    private readonly _body: PatinaBody,
    private readonly _report: (error: unknown) => void
  ) {
    this._body.currentRunChanged.connect(() => (this._first = null));
  }

  /** How new runs are started: what a person has set. */
  newRunOptions: () => wire.NewRun = () => ({});

  /** The server has queued cells that this page asked for: their output cells. */
  get queued(): ISignal<this, readonly wire.OutputCell[]> {
    return this._queued;
  }

  /** The shown run has no kernel to run these cells; a person has to say what to do. */
  get kernelNeeded(): ISignal<this, IWaitingCells> {
    return this._kernelNeeded;
  }

  /** Run these cells in order: text is rendered here, code is queued at the server. */
  async run(cells: readonly Cell[]): Promise<void> {
    const references = this.prepare(cells);
    if (references.length > 0) {
      await this._queue(references, () => this._shownRun());
    }
  }

  /** Take these output cells as asked for by this page: they came about together with their run. */
  claim(cells: readonly wire.OutputCell[]): void {
    this._queued.emit(cells);
  }

  /** The code among these cells, as the server is asked for it; text is rendered. */
  prepare(cells: readonly Cell[]): wire.CellReference[] {
    for (const cell of cells.filter(isText)) {
      cell.rendered = true;
    }
    return cells.filter(isCode).map(refer);
  }

  /** Queue cells in a run, whichever is shown. */
  async runIn(
    run: string,
    references: readonly wire.CellReference[]
  ): Promise<void> {
    if (references.length > 0) {
      await this._queue(references, () => Promise.resolve(run));
    }
  }

  /** Start the kernel of a run anew, and run these cells in it. */
  async restartAndRun({ run, cells }: IWaitingCells): Promise<void> {
    await this._queue(cells, async () => {
      await this._client.restart(run.id);
      return run.id;
    });
  }

  /** Go on from before the cell that ended the kernel, and run these cells then. */
  async goOnAndRun({ run, cells }: IWaitingCells): Promise<void> {
    await this._queue(cells, async () => {
      await this._client.undo(run.id);
      return run.id;
    });
  }

  /** Run these cells once `goOn` has given their run a kernel; it tells whether it has. */
  async runAfter(
    { run, cells }: IWaitingCells,
    goOn: (run: wire.Run) => Promise<boolean>
  ): Promise<void> {
    await this._queue(cells, async () => ((await goOn(run)) ? run.id : null));
  }

  /** Start another run, show it, and run these cells in it. */
  async runInNewRun({ cells }: IWaitingCells): Promise<void> {
    await this._queue(cells, async () => (await this.newRun())?.id ?? null);
  }

  /** Start another run with the notebook's kernel, and show it. */
  async newRun(): Promise<wire.Run | null> {
    const id = this._body.notebookId;
    if (id === null) {
      return null;
    }
    try {
      const run = await this._client.newRun(id, this.newRunOptions());
      this._body.currentRun = run.id;
      return run;
    } catch (error) {
      this._report(error);
      return null;
    }
  }

  private async _queue(
    references: readonly wire.CellReference[],
    target: Target
  ): Promise<void> {
    const cells = references.map(reference => reference.id);
    const sent = this._inTurn(() => this._send(references, target));
    this._body.strips.ask(cells);
    try {
      await sent;
    } catch (error) {
      this._report(error);
    } finally {
      this._body.strips.answered(cells);
    }
  }

  /**
   * One request after the other; at once when none is under way, so that the kernel already works
   * while the page does what else the key asked for.
   */
  private _inTurn(send: () => Promise<void>): Promise<void> {
    const sent = this._last === null ? send() : this._last.then(send);
    const ended = sent
      .catch(() => undefined)
      .then(() => {
        if (this._last === ended) {
          this._last = null;
        }
      });
    this._last = ended;
    return sent;
  }

  private async _send(
    references: readonly wire.CellReference[],
    target: Target
  ): Promise<void> {
    const wanted = target();
    const run = wanted instanceof Promise ? await wanted : wanted;
    if (run === null) {
      return;
    }
    try {
      this._queued.emit(await this._client.execute(run, [...references]));
    } catch (error) {
      this._refused(run, references, error);
    }
  }

  /** Rethrows what is no matter of a missing kernel. */
  private _refused(
    id: string,
    cells: readonly wire.CellReference[],
    error: unknown
  ): void {
    const run = this._body.runs?.get(id)?.run;
    const isConflict = error instanceof PatinaError && error.status === 409;
    if (!run || !isConflict || hasKernel(run)) {
      throw error;
    }
    this._kernelNeeded.emit({ run, cells });
  }

  private _shownRun(): string | Promise<string | null> {
    return this._body.currentRun ?? this._arrivedRun();
  }

  /** Which runs there are is not known before their document has arrived. */
  private async _arrivedRun(): Promise<string | null> {
    await this._body.runs?.ready;
    return this._body.currentRun ?? this._firstRun();
  }

  /** The run that running the first cell starts. */
  private async _firstRun(): Promise<string | null> {
    this._first ??= (await this.newRun())?.id ?? null;
    return this._first;
  }

  private readonly _queued = new Signal<this, readonly wire.OutputCell[]>(this);
  private readonly _kernelNeeded = new Signal<this, IWaitingCells>(this);
  /** Requests go out one after the other, so that cells are queued in the order they were asked for. */
  private _last: Promise<void> | null = null;
  /** Asked for here and perhaps not yet in the runs document. */
  private _first: string | null = null;
}

function isText(cell: Cell): cell is MarkdownCell {
  return cell.model.type === 'markdown';
}

/** Code that has something to run. */
function isCode(cell: Cell): boolean {
  return (
    cell.model.type === 'code' && cell.model.sharedModel.source.trim() !== ''
  );
}

function refer(cell: Cell): wire.CellReference {
  const { id, source } = cell.model.sharedModel;
  return { id, source_hash: sourceHash(source) };
}
