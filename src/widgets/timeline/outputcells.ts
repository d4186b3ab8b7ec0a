import type { IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { IStep } from './stepper';

/** The output cells of one run by the cell of the source that they came from. */
export class OutputCells {
  constructor(private readonly _run: IRunView | null) {}

  /** The seqs of the output cells of this cell, in order. */
  of(cell: string): readonly number[] {
    return this._seqs.get(cell) ?? [];
  }

  /** Which of its cell's output cells it is, counted from 1. */
  step({ cell, seq }: wire.OutputCell): IStep {
    const seqs = this.of(cell);
    return { index: at(seqs, seq) + 1, count: seqs.length };
  }

  /** The output cell of the same cell of the source that is so many before or after. */
  beside({ cell, seq }: wire.OutputCell, by: -1 | 1): number | null {
    const seqs = this.of(cell);
    return seqs[at(seqs, seq) + by] ?? null;
  }

  add({ cell, seq }: wire.OutputCell): void {
    const seqs = this._seqs.get(cell);
    if (!seqs) {
      this._seqs.set(cell, [seq]);
    } else if (seqs[at(seqs, seq)] !== seq) {
      seqs.splice(at(seqs, seq), 0, seq);
    }
  }

  remove({ cell, seq }: Pick<wire.OutputCell, 'cell' | 'seq'>): void {
    this._seqs.set(
      cell,
      this.of(cell).filter(other => other !== seq)
    );
  }

  /** How long the cell took when it last succeeded before this, in milliseconds. */
  previousMs({ cell, seq }: wire.OutputCell): number | null {
    const seqs = this.of(cell);
    for (let index = at(seqs, seq) - 1; index >= 0; index--) {
      const output = this._run?.cell(seqs[index]);
      if (output?.status === 'succeeded' && output.started && output.ended) {
        return Date.parse(output.ended) - Date.parse(output.started);
      }
    }
    return null;
  }

  private readonly _seqs = new Map<string, number[]>();
}

/** Where a seq is among others in order, or would be. */
function at(seqs: readonly number[], seq: number): number {
  let [low, high] = [0, seqs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seqs[middle] < seq) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
