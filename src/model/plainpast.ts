import type * as wire from '../wire';

/** After so many of the latest executions it is known what the variables were. */
const MOST = 100;

/**
 * The variables of a kernel without a run after each execution, by its number: what the kernel said
 * that a cell changed, added to what was known before.
 */
export class PlainPast {
  /** The executions after which the variables are known, oldest first. */
  get seqs(): readonly number[] {
    return [...this._after.keys()];
  }

  /** The variables as they were after an execution, each with the one that last changed it. */
  after(seq: number): readonly wire.Global[] {
    return [...(this._after.get(seq)?.values() ?? [])];
  }

  /** These are the variables now; returned are the same, with who changed them where it is known. */
  look(globals: readonly wire.Global[]): readonly wire.Global[] {
    for (const row of globals) {
      if (!isSame(this._now.get(row.name), row)) {
        // By something that nobody told of, as an undo is.
        this._changer.delete(row.name);
      }
    }
    const known = globals.map(row => this._withChanger(row));
    this._now = new Map(known.map(row => [row.name, row]));
    return known;
  }

  /** An execution has ended. What it changed is perhaps told later. */
  end(seq: number): void {
    this._keep(seq, this._after.get(seq) ?? this._now);
  }

  /** An execution has changed these variables; those that are gone say so. */
  tell(seq: number, delta: readonly wire.Global[]): void {
    const next = new Map(this._now);
    for (const row of delta) {
      if (row.changed === 'gone') {
        next.delete(row.name);
      } else {
        this._changer.set(row.name, seq);
        next.set(row.name, this._withChanger({ ...row, changed: undefined }));
      }
    }
    this._now = next;
    this._keep(seq, next);
  }

  /** The kernel was started anew: it counts from 1 again. */
  clear(): void {
    this._now = new Map();
    this._after.clear();
    this._changer.clear();
  }

  private _keep(seq: number, globals: ReadonlyMap<string, wire.Global>): void {
    this._after.set(seq, globals);
    const [oldest] = this._after.keys();
    if (this._after.size > MOST) {
      this._after.delete(oldest);
    }
  }

  private _withChanger(row: wire.Global): wire.Global {
    return { ...row, by: this._changer.get(row.name) };
  }

  private _now: ReadonlyMap<string, wire.Global> = new Map();
  private readonly _after = new Map<number, ReadonlyMap<string, wire.Global>>();
  /** Of each variable the execution that last changed it. */
  private readonly _changer = new Map<string, number>();
}

function isSame(known: wire.Global | undefined, row: wire.Global): boolean {
  return known?.summary === row.summary && known.type === row.type;
}
