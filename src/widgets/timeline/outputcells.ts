import type { IRunView } from '../../tokens';
import type * as wire from '../../wire';

/** The output cells of one run by the cell of the source that they came from. */
export class OutputCells {
  constructor(private readonly _run: IRunView | null) {}

  /** The seqs of the output cells of this cell, in order. */
  of(cell: string): readonly number[] {
    return this._seqs.get(cell) ?? [];
  }

  add({ cell, seq }: wire.OutputCell): void {
    const seqs = this._seqs.get(cell);
    if (!seqs) {
      this._seqs.set(cell, [seq]);
    } else if (!seqs.includes(seq)) {
      seqs.push(seq);
      seqs.sort((a, b) => a - b);
    }
  }

  remove({ cell, seq }: wire.OutputCell): void {
    this._seqs.set(
      cell,
      this.of(cell).filter(other => other !== seq)
    );
  }

  /** How long the cell took when it last succeeded before this, in milliseconds. */
  previousMs({ cell, seq }: wire.OutputCell): number | null {
    const earlier = this.of(cell).filter(other => other < seq);
    for (const other of earlier.reverse()) {
      const output = this._run?.cell(other);
      if (output?.status === 'succeeded' && output.started && output.ended) {
        return Date.parse(output.ended) - Date.parse(output.started);
      }
    }
    return null;
  }

  private readonly _seqs = new Map<string, number[]>();
}
