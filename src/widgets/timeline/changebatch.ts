import type { IDisposable } from '@lumino/disposable';
import type { ICellsChange } from '../../model/runview';

type Kind = keyof ICellsChange;

/** What is called before the next frame; a page out of sight is not kept waiting for one. */
export type Schedule = (flush: () => void) => () => void;

/**
 * Gathers changes of output cells until the next frame of the page.
 *
 * What a short cell does (asked for, running, its result, done) often arrives within one frame:
 * laying the page out for each of it would keep a person waiting for the last.
 */
export class ChangeBatch implements IDisposable {
  constructor(
    private readonly _onChange: (change: ICellsChange) => void,
    private readonly _schedule: Schedule = beforeNextFrame
  ) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this.drop();
  }

  /** Tell of this change with the next frame. */
  add(change: ICellsChange): void {
    for (const kind of ['added', 'changed', 'removed'] as const) {
      change[kind].forEach(seq => this._note(seq, kind));
    }
    this._cancel ??= this._schedule(() => this.flush());
  }

  /** Tell now of what waits. */
  flush(): void {
    const waiting = [...this._waiting];
    this.drop();
    const named = (kind: Kind) =>
      waiting.filter(([, of]) => of === kind).map(([seq]) => seq);
    if (waiting.length > 0) {
      this._onChange({
        added: named('added').sort((a, b) => a - b),
        changed: named('changed'),
        removed: named('removed')
      });
    }
  }

  /** Forget what waits. */
  drop(): void {
    this._cancel?.();
    this._cancel = null;
    this._waiting.clear();
  }

  /** What came and changed has come; what came and went was never there. */
  private _note(seq: number, kind: Kind): void {
    const before = this._waiting.get(seq);
    if (before === 'added' && kind === 'removed') {
      this._waiting.delete(seq);
    } else if (before === 'removed' && kind === 'added') {
      this._waiting.set(seq, 'changed');
    } else if (before !== 'added') {
      this._waiting.set(seq, kind);
    }
  }

  private readonly _waiting = new Map<number, Kind>();
  private _cancel: (() => void) | null = null;
  private _isDisposed = false;
}

function beforeNextFrame(flush: () => void): () => void {
  if (document.hidden) {
    const timer = setTimeout(flush);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(flush);
  return () => cancelAnimationFrame(frame);
}
