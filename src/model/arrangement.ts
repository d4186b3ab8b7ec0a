import type * as wire from '../wire';

/** How output cells are put: as they ran, or by the cell of the source that they came from. */
export type GroupBy = 'time' | 'cell';

/** What is wanted of the order. */
export interface IArrangeOptions {
  readonly groupBy: GroupBy;
  /** Whether consecutive outputs of one cell are shown as one, when they are put by time. */
  readonly folds: boolean;
  /** Where a cell is in the source; null when it was deleted. */
  placeOf(cell: string): number | null;
  /** An output cell that must stay in view: a person is reading it. */
  readonly held: number | null;
}

/** What the order depends on, of one output cell. */
interface IItem {
  readonly seq: number;
  readonly cell: string;
  readonly session: number;
  /** Shown whatever is folded: a person pinned it, or it is at work. */
  readonly isKept: boolean;
  readonly wasRun: boolean;
}

/** Which output cells of a run are shown, and in which order. */
export class Arrangement {
  /** Take in an output cell, or what it is now; tells whether that can change the order. */
  put(output: wire.OutputCell): boolean {
    const item = itemOf(output);
    const before = this._items.get(item.seq);
    if (before && same(before, item)) {
      return false;
    }
    if (!before) {
      this._insert(item.seq);
      this._forget(item.cell);
    }
    this._items.set(item.seq, item);
    return true;
  }

  remove(seq: number): void {
    this._items.delete(seq);
    this._chosen.delete(seq);
    this._seqs = this._seqs.filter(other => other !== seq);
  }

  clear(): void {
    this._items.clear();
    this._chosen.clear();
    this._seqs = [];
  }

  /** Show this output cell in place of those that it is folded with. */
  choose(seq: number): void {
    this._chosen.set(seq, this._turn++);
  }

  /** The session that an output cell ran in. */
  sessionOf(seq: number): number | undefined {
    return this._items.get(seq)?.session;
  }

  /** The seqs of the output cells that are shown, in order. */
  shown(options: IArrangeOptions): number[] {
    return this._stacks(options).flatMap(stack =>
      stack.length === 1 ? stack[0].seq : this._unfolded(stack, options.held)
    );
  }

  private _unfolded(stack: readonly IItem[], held: number | null): number[] {
    const top = this._top(stack);
    return stack
      .filter(it => it === top || it.isKept || it.seq === held)
      .map(({ seq }) => seq);
  }

  /** The one chosen last; otherwise the latest, before which one that never ran stands back. */
  private _top(stack: readonly IItem[]): IItem {
    let top: IItem | undefined;
    for (const item of this._chosen.size > 0 ? stack : []) {
      const turn = this._chosen.get(item.seq);
      if (
        turn !== undefined &&
        turn > (this._chosen.get(top?.seq ?? -1) ?? -1)
      ) {
        top = item;
      }
    }
    return top ?? stack.findLast(it => it.wasRun) ?? stack[stack.length - 1];
  }

  private _stacks(options: IArrangeOptions): IItem[][] {
    const items = this._seqs.flatMap(seq => this._items.get(seq) ?? []);
    if (options.groupBy === 'cell') {
      return byCell(items, options);
    }
    return options.folds ? byRerun(items) : items.map(item => [item]);
  }

  /** Output cells nearly always come in order. */
  private _insert(seq: number): void {
    const after = this._seqs.findLastIndex(other => other < seq);
    this._seqs.splice(after + 1, 0, seq);
  }

  /** A new output cell goes on top, whatever was chosen before. */
  private _forget(cell: string): void {
    for (const seq of this._chosen.keys()) {
      if (this._items.get(seq)?.cell === cell) {
        this._chosen.delete(seq);
      }
    }
  }

  private _turn = 0;
  private _seqs: number[] = [];
  private readonly _items = new Map<number, IItem>();
  /** When each was chosen, counted. */
  private readonly _chosen = new Map<number, number>();
}

/** One stack a cell, as the cells are in the source; those of deleted cells are at the end. */
function byCell(
  items: readonly IItem[],
  { placeOf }: IArrangeOptions
): IItem[][] {
  const stacks = new Map<string, IItem[]>();
  for (const item of items) {
    const stack = stacks.get(item.cell);
    if (stack) {
      stack.push(item);
    } else {
      stacks.set(item.cell, [item]);
    }
  }
  return [...stacks]
    .map(([cell, stack]) => ({ place: placeOf(cell) ?? Infinity, stack }))
    .sort((a, b) => (a.place === b.place ? 0 : a.place - b.place))
    .map(({ stack }) => stack);
}

/** A stack is what one cell produced, time after time, in one life of the kernel. */
function byRerun(items: readonly IItem[]): IItem[][] {
  const stacks: IItem[][] = [];
  for (const item of items) {
    const last = stacks.at(-1);
    if (last?.[0].cell === item.cell && last[0].session === item.session) {
      last.push(item);
    } else {
      stacks.push([item]);
    }
  }
  return stacks;
}

function itemOf(output: wire.OutputCell): IItem {
  const { seq, cell, session, status, pinned, input_request } = output;
  return {
    seq,
    cell,
    session,
    isKept: Boolean(pinned) || status === 'running' || Boolean(input_request),
    wasRun: status !== 'not run'
  };
}

function same(a: IItem, b: IItem): boolean {
  return (
    a.cell === b.cell &&
    a.session === b.session &&
    a.isKept === b.isKept &&
    a.wasRun === b.wasRun
  );
}
