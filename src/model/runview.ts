import { JSONExt, type ReadonlyJSONValue } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';
import type * as Y from 'yjs';
import type { IRunView } from '../tokens';
import type * as wire from '../wire';

/** Which output cells changed, each named once, by seq. */
export interface ICellsChange {
  added: number[];
  changed: number[];
  removed: number[];
}

/**
 * One run of the runs document.
 *
 * Output cells are looked up one by one, when asked for: a timeline of thousands costs a list
 * of numbers until it is scrolled through.
 */
export class RunView implements IRunView {
  constructor(
    readonly id: string,
    private _map: Y.Map<unknown>
  ) {}

  get run(): wire.Run {
    return (this._run ??= { ...this._fields(), id: this.id } as wire.Run);
  }

  get seqs(): readonly number[] {
    return (this._seqs ??= [...(this._cells?.keys() ?? [])]
      .map(Number)
      .filter(Number.isInteger)
      .sort((a, b) => a - b));
  }

  get globals(): readonly wire.Global[] {
    const globals = this._map.get('globals');
    return Array.isArray(globals) ? (globals as wire.Global[]) : [];
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get cellsChanged(): ISignal<this, ICellsChange> {
    return this._cellsChanged;
  }

  get globalsChanged(): ISignal<this, void> {
    return this._globalsChanged;
  }

  cell(seq: number): wire.OutputCell | undefined {
    const cell = this._cells?.get(String(seq));
    return isOutputCell(cell) ? cell : undefined;
  }

  /** Tell of what an update of the document did to this run's own fields. */
  fieldsChanged(keys: ReadonlySet<string>): void {
    if (keys.has('cells')) {
      this._cellsReplaced();
    }
    if (keys.has('globals')) {
      this._globalsChanged.emit();
    }
    if ([...keys].some(key => key !== 'cells' && key !== 'globals')) {
      this._run = null;
      this._changed.emit();
    }
  }

  /** Tell of output cells that an update of the document added, overwrote or deleted. */
  cellKeysChanged(changes: Y.YMapEvent<unknown>['changes']['keys']): void {
    const change: ICellsChange = { added: [], changed: [], removed: [] };
    const kinds = {
      add: 'added',
      update: 'changed',
      delete: 'removed'
    } as const;
    changes.forEach(({ action }, key) =>
      change[kinds[action]].push(Number(key))
    );
    this._emitCells(change);
  }

  /** Read from another copy of the document from now on, and tell of what is different there. */
  follow(map: Y.Map<unknown>): void {
    const before = this._snapshot();
    const cells = this._cells;
    this._map = map;
    this._run = null;
    this._seqs = null;
    this._emitCells(this._compare(before.seqs, cells));
    if (!same(before.globals, this.globals)) {
      this._globalsChanged.emit();
    }
    if (!same(before.run, this.run)) {
      this._changed.emit();
    }
  }

  private get _cells(): Y.Map<unknown> | undefined {
    return this._map.get('cells') as Y.Map<unknown> | undefined;
  }

  private _fields(): Record<string, unknown> {
    const fields = [...this._map.entries()].filter(
      ([key]) => key !== 'cells' && key !== 'globals'
    );
    return { queue: [], ...Object.fromEntries(fields) };
  }

  private _snapshot() {
    return { run: this.run, seqs: this.seqs, globals: this.globals };
  }

  private _cellsReplaced(): void {
    const before = this.seqs;
    this._seqs = null;
    this._emitCells(this._compare(before, undefined));
  }

  /** What differs between earlier output cells and those that are there now. */
  private _compare(
    before: readonly number[],
    cells: Y.Map<unknown> | undefined
  ): ICellsChange {
    const earlier = new Set(before);
    const now = new Set(this.seqs);
    return {
      added: this.seqs.filter(seq => !earlier.has(seq)),
      changed: this.seqs.filter(
        seq =>
          earlier.has(seq) && !same(cells?.get(String(seq)), this.cell(seq))
      ),
      removed: before.filter(seq => !now.has(seq))
    };
  }

  private _emitCells(change: ICellsChange): void {
    const { added, changed, removed } = change;
    if (added.length + removed.length > 0) {
      added.sort((a, b) => a - b);
      this._seqs = null;
    }
    if (added.length + changed.length + removed.length > 0) {
      this._cellsChanged.emit(change);
    }
  }

  private _run: wire.Run | null = null;
  private _seqs: readonly number[] | null = null;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _cellsChanged = new Signal<this, ICellsChange>(this);
  private readonly _globalsChanged = new Signal<this, void>(this);
}

/** A cheap look at what the server wrote: enough that the page cannot trip over it. */
function isOutputCell(value: unknown): value is wire.OutputCell {
  const cell = value as Partial<wire.OutputCell> | null | undefined;
  return (
    typeof cell === 'object' &&
    cell !== null &&
    typeof cell.seq === 'number' &&
    Array.isArray(cell.outputs)
  );
}

function same(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) {
    return a === b;
  }
  return JSONExt.deepEqual(a as ReadonlyJSONValue, b as ReadonlyJSONValue);
}
