import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IRunsModel, IRunView } from '../tokens';
import type * as wire from '../wire';
import { ancestors, wasAlive } from './lineage';
import { lifeAfter, lifeOf, type StateLife } from './marks';

/** The output cell that a cell's state in a run comes from. */
export interface IRan {
  readonly output: wire.OutputCell;
  /** What became of the state that it left. */
  readonly life: StateLife;
}

/** The output cells of one run, by the cell of the source that they came from. */
interface IRunIndex {
  readonly cellOf: Map<number, string>;
  readonly seqsOf: Map<string, number[]>;
}

/**
 * For each cell of the source, what running it came to in each run.
 *
 * An index that follows the runs document: an output costs work for its own cell only.
 */
export class CellRuns implements IDisposable {
  constructor(private readonly _runs: IRunsModel) {
    this._runs.runsChanged.connect(this._onRuns);
    this._onRuns();
  }

  /** Ids of the cells whose state changed; null when any may have. */
  get changed(): ISignal<this, ReadonlySet<string> | null> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._runs.runsChanged.disconnect(this._onRuns);
    this._index.forEach((_, view) => {
      view.cellsChanged.disconnect(this._onCells);
      view.changed.disconnect(this._onFields);
    });
    this._index.clear();
    Signal.clearData(this);
  }

  /** The latest output cell of `cell` in `run` that was not undone; perhaps an inherited one. */
  last(run: string, cell: string): wire.OutputCell | undefined {
    return this._latest(run, cell, () => true)?.output;
  }

  /** The latest output cell of `cell` that was undone in `run` itself. */
  undone(run: string, cell: string): wire.OutputCell | undefined {
    const view = this._runs.get(run);
    return view && this._find(view, cell, ({ undone }) => undone === true);
  }

  /** The same, of those that ran or will. */
  ran(run: string, cell: string): IRan | undefined {
    return this._latest(run, cell, ({ status }) => status !== 'not run');
  }

  /** How long `cell` took in `run` the time before the latest, in milliseconds. */
  previousMs(run: string, cell: string): number | null {
    const earlier = this._seqs(run, cell).slice(0, -1).reverse();
    for (const seq of earlier) {
      const output = this._runs.get(run)?.cell(seq);
      if (output?.status === 'succeeded' && output.started && output.ended) {
        return Date.parse(output.ended) - Date.parse(output.started);
      }
    }
    return null;
  }

  /** How many output cells `cell` has in each run that has any. */
  counts(cell: string): { title: string; count: number }[] {
    return [...this._index]
      .map(([view, index]) => ({
        title: view.run.title,
        count: index.seqsOf.get(cell)?.length ?? 0
      }))
      .filter(({ count }) => count > 0);
  }

  private _latest(
    run: string,
    cell: string,
    counts: (output: wire.OutputCell) => boolean
  ): IRan | undefined {
    const view = this._runs.get(run);
    if (!view) {
      return undefined;
    }
    const own = this._find(view, cell, it => !it.undone && counts(it));
    if (own) {
      return { output: own, life: lifeAfter(view, own) };
    }
    let life = lifeOf(view.run, FIRST_SESSION);
    for (const { view: ancestor, until } of ancestors(this._runs, run)) {
      const session = ancestor.cell(until)?.session ?? FIRST_SESSION;
      const output = this._find(
        ancestor,
        cell,
        it => it.seq <= until && wasAlive(ancestor, it, until) && counts(it)
      );
      if (output) {
        return { output, life: output.session === session ? life : 'over' };
      }
      // What an ancestor inherited is part of its state only until its first restart.
      life = session === FIRST_SESSION ? life : 'over';
    }
    return undefined;
  }

  private _find(
    view: IRunView,
    cell: string,
    isWanted: (output: wire.OutputCell) => boolean
  ): wire.OutputCell | undefined {
    const seqs = this._seqs(view.id, cell);
    for (let index = seqs.length - 1; index >= 0; index--) {
      const output = view.cell(seqs[index]);
      if (output && isWanted(output)) {
        return output;
      }
    }
    return undefined;
  }

  private _seqs(run: string, cell: string): readonly number[] {
    const view = this._runs.get(run);
    return (view && this._index.get(view)?.seqsOf.get(cell)) ?? [];
  }

  private readonly _onRuns = (): void => {
    const views = new Set(this._runs.runs);
    for (const view of this._index.keys()) {
      if (!views.has(view)) {
        view.cellsChanged.disconnect(this._onCells);
        view.changed.disconnect(this._onFields);
        this._index.delete(view);
      }
    }
    for (const view of views) {
      this._follow(view);
    }
    this._changed.emit(null);
  };

  private _follow(view: IRunView): void {
    if (this._index.has(view)) {
      return;
    }
    const index = { cellOf: new Map(), seqsOf: new Map() };
    this._index.set(view, index);
    view.seqs.forEach(seq => add(index, view, seq));
    this._titles.set(view, view.run.title);
    view.cellsChanged.connect(this._onCells);
    view.changed.connect(this._onFields);
  }

  /** The counts of the run's cells name it. */
  private readonly _onFields = (view: IRunView): void => {
    const { title } = view.run;
    if (this._titles.get(view) !== title) {
      this._titles.set(view, title);
      this._changed.emit(new Set(this._index.get(view)?.seqsOf.keys()));
    }
  };

  private readonly _onCells = (
    view: IRunView,
    change: { added: number[]; changed: number[]; removed: number[] }
  ): void => {
    const index = this._index.get(view);
    if (!index) {
      return;
    }
    const removed = change.removed.map(seq => remove(index, seq));
    const added = change.added.map(seq => add(index, view, seq));
    const changed = change.changed.map(seq => index.cellOf.get(seq));
    this._changed.emit(
      new Set([...removed, ...added, ...changed].filter(id => id !== undefined))
    );
  };

  private readonly _index = new Map<IRunView, IRunIndex>();
  private readonly _titles = new WeakMap<IRunView, string>();
  private readonly _changed = new Signal<this, ReadonlySet<string> | null>(
    this
  );
  private _isDisposed = false;
}

/** The session of a run's first kernel. */
const FIRST_SESSION = 1;

function add(
  index: IRunIndex,
  view: IRunView,
  seq: number
): string | undefined {
  const cell = view.cell(seq)?.cell;
  if (cell === undefined || index.cellOf.has(seq)) {
    return cell;
  }
  index.cellOf.set(seq, cell);
  const seqs = index.seqsOf.get(cell);
  if (seqs) {
    seqs.push(seq);
  } else {
    index.seqsOf.set(cell, [seq]);
  }
  return cell;
}

function remove(index: IRunIndex, seq: number): string | undefined {
  const cell = index.cellOf.get(seq);
  if (cell !== undefined) {
    index.cellOf.delete(seq);
    index.seqsOf.set(
      cell,
      (index.seqsOf.get(cell) ?? []).filter(other => other !== seq)
    );
  }
  return cell;
}
