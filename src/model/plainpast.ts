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

  /**
   * These are the variables now. Returned are the same, with who changed them where it is known, and
   * with what the latest step changed: an execution, or an undo. What that removed is among them.
   */
  look(globals: readonly wire.Global[]): readonly wire.Global[] {
    const before = this._now;
    for (const row of globals) {
      if (!isSame(before.get(row.name), row)) {
        // By something that nobody told of, as an undo is.
        this._changer.delete(row.name);
      }
    }
    const known = globals.map(row => this._withChanger(row));
    this._now = new Map(known.map(row => [row.name, row]));
    if (this._isUndoing) {
      this._isUndoing = false;
      this._news = difference(before, this._now);
    }
    const gone = [...this._news.values()].filter(isGone);
    return [
      ...known.map(row => ({
        ...row,
        changed: this._news.get(row.name)?.changed
      })),
      ...gone.filter(({ name }) => !this._now.has(name))
    ];
  }

  /** An execution has ended. What it changed is perhaps told later. */
  end(seq: number): void {
    this._begin(seq);
    this._keep(seq, this._after.get(seq) ?? this._now);
  }

  /** An execution has changed these variables; those that are gone say so. */
  tell(seq: number, delta: readonly wire.Global[]): void {
    this._begin(seq);
    const next = new Map(this._now);
    for (const row of delta) {
      if (isGone(row)) {
        this._news.set(row.name, { ...(next.get(row.name) ?? row), ...GONE });
        next.delete(row.name);
      } else {
        this._news.set(row.name, row);
        this._changer.set(row.name, seq);
        next.set(row.name, this._withChanger({ ...row, changed: undefined }));
      }
    }
    this._now = next;
    this._keep(seq, next);
  }

  /** The latest execution was undone: what that changed is what the next look finds. */
  undo(): void {
    this._step = null;
    this._isUndoing = true;
  }

  /** The kernel was started anew: it counts from 1 again. */
  clear(): void {
    this._now = new Map();
    this._news = new Map();
    this._step = null;
    this._isUndoing = false;
    this._after.clear();
    this._changer.clear();
  }

  /** What the step before changed is no news any more. */
  private _begin(seq: number): void {
    if (seq !== this._step) {
      this._step = seq;
      this._isUndoing = false;
      this._news = new Map();
    }
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
  /** What the latest step changed, by name. */
  private _news = new Map<string, wire.Global>();
  /** The execution that was the latest step. */
  private _step: number | null = null;
  private _isUndoing = false;
  private readonly _after = new Map<number, ReadonlyMap<string, wire.Global>>();
  /** Of each variable the execution that last changed it. */
  private readonly _changer = new Map<string, number>();
}

const GONE = { changed: 'gone' } as const;

function isGone({ changed }: wire.Global): boolean {
  return changed === 'gone';
}

/** What has become of these variables. */
function difference(
  before: ReadonlyMap<string, wire.Global>,
  now: ReadonlyMap<string, wire.Global>
): Map<string, wire.Global> {
  const found = new Map<string, wire.Global>();
  for (const [name, row] of now) {
    const known = before.get(name);
    if (!isSame(known, row)) {
      found.set(name, { ...row, changed: known ? 'rebound' : 'new' });
    }
  }
  for (const [name, row] of before) {
    if (!now.has(name)) {
      found.set(name, { ...row, ...GONE });
    }
  }
  return found;
}

function isSame(known: wire.Global | undefined, row: wire.Global): boolean {
  return known?.summary === row.summary && known.type === row.type;
}
