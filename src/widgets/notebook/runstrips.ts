import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { CellMarks } from '../../model/cellmarks';
import type { CellRuns } from '../../model/cellruns';
import { describeStrip, type IStripState } from '../../model/strip';

/** How often the duration of a running cell is counted on, in milliseconds. */
const TICK = 100;

/** The view of one cell's state. */
export interface IStrip {
  readonly cellId: string;
  readonly isTicking: boolean;
  render(state: IStripState): void;
  tick(now: number): void;
}

/**
 * Keeps the strips under the cells in step with the runs.
 *
 * Strips exist only for the cells that JupyterLab has rendered; of those, only the ones whose
 * cell changed are rendered again.
 */
export class RunStrips implements IDisposable {
  /** A person asked for the outputs of a cell. */
  get revealRequested(): ISignal<this, string> {
    return this._revealRequested;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._cellRuns?.changed.disconnect(this._onChanged);
    this._marks?.changed.disconnect(this._onMarks);
    this._strips.clear();
    this._ticking.clear();
    this._tickWhileNeeded();
    Signal.clearData(this);
  }

  /** Follow these runs from now on. */
  follow(cellRuns: CellRuns): void {
    this._cellRuns?.changed.disconnect(this._onChanged);
    this._cellRuns = cellRuns;
    cellRuns.changed.connect(this._onChanged);
    this._render(this._strips.values());
  }

  /** Show these marks beside what came of running the cells. */
  mark(marks: CellMarks): void {
    this._marks?.changed.disconnect(this._onMarks);
    this._marks = marks;
    marks.changed.connect(this._onMarks);
    this._render(this._strips.values());
  }

  /** Show what happened in this run. */
  showRun(run: string | null): void {
    this._run = run;
    this._render(this._strips.values());
  }

  /** Show these cells as queued until the server says what became of them. */
  ask(cells: Iterable<string>): void {
    for (const cell of cells) {
      this._asked.add(cell);
      this._renderCell(cell);
    }
  }

  /** The server has answered for these cells, one way or the other. */
  answered(cells: Iterable<string>): void {
    for (const cell of cells) {
      if (this._asked.delete(cell)) {
        this._renderCell(cell);
      }
    }
  }

  add(strip: IStrip): void {
    this._strips.set(strip.cellId, strip);
    this._render([strip]);
  }

  remove(strip: IStrip): void {
    if (this._strips.get(strip.cellId) === strip) {
      this._strips.delete(strip.cellId);
    }
    this._ticking.delete(strip);
    this._tickWhileNeeded();
  }

  reveal(cell: string): void {
    this._revealRequested.emit(cell);
  }

  private readonly _onChanged = (
    _: CellRuns,
    cells: ReadonlySet<string> | null
  ): void => {
    if (cells === null) {
      this._render(this._strips.values());
      return;
    }
    this.answered(cells);
    cells.forEach(cell => this._renderCell(cell));
  };

  private readonly _onMarks = (
    _: CellMarks,
    cells: ReadonlySet<string>
  ): void => cells.forEach(cell => this._renderCell(cell));

  private _renderCell(cell: string): void {
    const strip = this._strips.get(cell);
    if (strip) {
      this._render([strip]);
    }
  }

  private _render(strips: Iterable<IStrip>): void {
    for (const strip of strips) {
      strip.render(this._describe(strip.cellId));
      if (strip.isTicking) {
        this._ticking.add(strip);
      } else {
        this._ticking.delete(strip);
      }
    }
    this._tickWhileNeeded();
  }

  private _describe(cell: string): IStripState {
    const run = this._run;
    const runs = this._cellRuns;
    return describeStrip(
      run === null
        ? undefined
        : (runs?.last(run, cell) ?? runs?.undone(run, cell)),
      this._asked.has(cell),
      (run !== null && runs?.previousMs(run, cell)) || null,
      runs?.counts(cell) ?? [],
      this._marks?.of(cell)
    );
  }

  private _tickWhileNeeded(): void {
    const isNeeded = this._ticking.size > 0;
    if (isNeeded && this._timer === null) {
      this._timer = setInterval(this._tick, TICK);
    } else if (!isNeeded && this._timer !== null) {
      clearInterval(this._timer);
      this._timer = null;
    }
  }

  private readonly _tick = (): void => {
    const now = Date.now();
    this._ticking.forEach(strip => strip.tick(now));
  };

  private _cellRuns: CellRuns | null = null;
  private _marks: CellMarks | null = null;
  private _run: string | null = null;
  private readonly _asked = new Set<string>();
  private readonly _strips = new Map<string, IStrip>();
  private readonly _revealRequested = new Signal<this, string>(this);
  private readonly _ticking = new Set<IStrip>();
  private _timer: ReturnType<typeof setInterval> | null = null;
  private _isDisposed = false;
}
