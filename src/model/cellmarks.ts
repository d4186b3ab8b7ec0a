import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IRunsModel, IRunView } from '../tokens';
import type { CellRuns } from './cellruns';
import { type CellMark, lifeOf, markOf } from './marks';

/** The sources of a notebook's cells, as hashes. */
export interface ISourceHashes {
  /** Ids of the cells, in order. */
  readonly cells: readonly string[];
  /** Null for a cell that is not there. */
  hash(cell: string): string | null;
  /** Ids of the cells whose source changed; null when any may have. */
  readonly changed: ISignal<ISourceHashes, ReadonlySet<string> | null>;
}

/** A mark, and the id of the output cell at which it stands. */
interface IMarked {
  readonly mark: CellMark;
  readonly output: string;
}

/**
 * Which cells' results are not what running them now would be based on, in the shown run.
 *
 * Follows the runs and the source, and tells only of cells whose mark is another one.
 */
export class CellMarks implements IDisposable {
  constructor(
    private readonly _runs: IRunsModel,
    private readonly _cellRuns: CellRuns,
    private readonly _sources: ISourceHashes
  ) {
    _cellRuns.changed.connect(this._onRuns);
    _sources.changed.connect(this._onSources);
  }

  /** Ids of the cells that have another mark now, or have it at another output cell. */
  get changed(): ISignal<this, ReadonlySet<string>> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The cells that were edited since they ran, in the order of the source. */
  get edited(): readonly string[] {
    return this._sources.cells.filter(cell => this.of(cell) === 'edited');
  }

  of(cell: string): CellMark | null {
    return this._marks.get(cell)?.mark ?? null;
  }

  /** Mark what happened in this run from now on. */
  showRun(run: string | null): void {
    this._view?.changed.disconnect(this._onRun);
    this._view = (run !== null && this._runs.get(run)) || null;
    this._view?.changed.connect(this._onRun);
    this._life = this._lifeOf();
    this._update(null);
  }

  dispose(): void {
    this._isDisposed = true;
    this._view?.changed.disconnect(this._onRun);
    this._cellRuns.changed.disconnect(this._onRuns);
    this._sources.changed.disconnect(this._onSources);
    Signal.clearData(this);
  }

  private readonly _onRuns = (
    _: CellRuns,
    cells: ReadonlySet<string> | null
  ): void => this._update(cells);

  private readonly _onSources = (
    _: ISourceHashes,
    cells: ReadonlySet<string> | null
  ): void => this._update(cells);

  /** Of a run's fields only those that tell whether its state is there matter. */
  private readonly _onRun = (): void => {
    const life = this._lifeOf();
    if (life !== this._life) {
      this._life = life;
      this._update(null);
    }
  };

  private _lifeOf(): string {
    const run = this._view?.run;
    return run
      ? `${run.session} ${lifeOf(run, run.session)} ${run.loaded_seq}`
      : '';
  }

  private _update(cells: ReadonlySet<string> | null): void {
    const all =
      cells ?? new Set([...this._marks.keys(), ...this._sources.cells]);
    const changed = [...all].filter(cell => this._set(cell, this._find(cell)));
    if (changed.length > 0) {
      this._changed.emit(new Set(changed));
    }
  }

  private _find(cell: string): IMarked | null {
    const run = this._view?.id;
    const ran = run === undefined ? null : this._cellRuns.ran(run, cell);
    if (!ran) {
      return null;
    }
    const { output, life } = ran;
    const mark = markOf(output, { hash: this._sources.hash(cell), life });
    return mark && { mark, output: output.id };
  }

  private _set(cell: string, marked: IMarked | null): boolean {
    const before = this._marks.get(cell);
    if (before?.mark === marked?.mark && before?.output === marked?.output) {
      return false;
    }
    if (marked === null) {
      this._marks.delete(cell);
    } else {
      this._marks.set(cell, marked);
    }
    return true;
  }

  private _view: IRunView | null = null;
  private _life = '';
  private readonly _marks = new Map<string, IMarked>();
  private readonly _changed = new Signal<this, ReadonlySet<string>>(this);
  private _isDisposed = false;
}
