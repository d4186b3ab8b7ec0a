import { describe, expect, it } from 'vitest';
import type { IRunView } from '../tokens';
import type * as wire from '../wire';
import { askingCell } from './question';

function view(
  run: Partial<wire.Run>,
  ...cells: Partial<wire.OutputCell>[]
): IRunView {
  return {
    run: { status: 'busy', queue: [], ...run },
    seqs: cells.map((_, index) => index + 1),
    cell: (seq: number) => cells[seq - 1]
  } as unknown as IRunView;
}

const input_request = { prompt: 'Name? ' };

describe('the question of a run', () => {
  it('is that of the cell that runs, whatever waits behind it', () => {
    const asking = { seq: 2, status: 'running' as const, input_request };
    const run = view(
      { queue: [3, 4] },
      { status: 'succeeded' },
      asking,
      { status: 'queued' },
      { status: 'queued' }
    );
    expect(askingCell(run)).toBe(asking);
  });

  it('is none when the cell has ended, or its kernel has', () => {
    const asking = { status: 'running' as const, input_request };
    expect(askingCell(view({}, { status: 'running' }))).toBeNull();
    expect(
      askingCell(view({}, { status: 'failed', input_request }))
    ).toBeNull();
    expect(askingCell(view({ status: 'failed' }, asking))).toBeNull();
    expect(askingCell(view({}))).toBeNull();
  });
});
