import { describe, expect, it } from 'vitest';
import type * as wire from '../wire';
import { Arrangement, type IArrangeOptions } from './arrangement';

type Some = Partial<wire.OutputCell>;

function output(seq: number, cell: string, some: Some = {}): wire.OutputCell {
  return {
    seq,
    id: `o${seq}`,
    cell,
    source: '',
    source_hash: '',
    status: 'succeeded',
    requested_by: '',
    queued: '2026-01-01T00:00:00.000Z',
    session: 1,
    outputs: [],
    ...some
  };
}

const FOLDED: IArrangeOptions = {
  groupBy: 'time',
  folds: true,
  placeOf: cell => ({ a: 1, b: 2, c: 3 })[cell] ?? null,
  held: null
};
const BY_CELL: IArrangeOptions = { ...FOLDED, groupBy: 'cell' };

function arranged(...outputs: wire.OutputCell[]): Arrangement {
  const arrangement = new Arrangement();
  outputs.forEach(it => arrangement.put(it));
  return arrangement;
}

describe('output cells by time', () => {
  it('are all there, in order, when nothing is folded', () => {
    const all = arranged(output(2, 'a'), output(1, 'a'), output(3, 'b'));
    expect(all.shown({ ...FOLDED, folds: false })).toEqual([1, 2, 3]);
  });

  it('show only the latest of consecutive re-runs of a cell', () => {
    const all = arranged(
      output(1, 'a'),
      output(2, 'a'),
      output(3, 'b'),
      output(4, 'a')
    );
    expect(all.shown(FOLDED)).toEqual([2, 3, 4]);
  });

  it('are not folded across a restart of the kernel', () => {
    const all = arranged(output(1, 'a'), output(2, 'a', { session: 2 }));
    expect(all.shown(FOLDED)).toEqual([1, 2]);
  });

  it('stay in view when they are pinned, at work, or ask for input', () => {
    const all = arranged(
      output(1, 'a', { pinned: true }),
      output(2, 'a', { status: 'running' }),
      output(3, 'a'),
      output(4, 'a', { input_request: { prompt: '', password: false } }),
      output(5, 'a', { status: 'queued' })
    );
    expect(all.shown(FOLDED)).toEqual([1, 2, 4, 5]);
  });

  it('keep the one that a person is reading', () => {
    const all = arranged(output(1, 'a'), output(2, 'a'));
    expect(all.shown({ ...FOLDED, held: 1 })).toEqual([1, 2]);
  });

  it('do not hide a result behind an execution that never began', () => {
    const all = arranged(output(1, 'a'), output(2, 'a', { status: 'not run' }));
    expect(all.shown(FOLDED)).toEqual([1]);
  });
});

describe('an older output cell', () => {
  it('is shown in place of the latest when it is chosen', () => {
    const all = arranged(output(1, 'a'), output(2, 'a'), output(3, 'a'));
    all.choose(1);
    expect(all.shown(FOLDED)).toEqual([1]);
    all.choose(2);
    expect(all.shown(FOLDED)).toEqual([2]);
  });

  it('gives way to a new one', () => {
    const all = arranged(output(1, 'a'), output(2, 'a'));
    all.choose(1);
    all.put(output(3, 'a'));
    expect(all.shown(FOLDED)).toEqual([3]);
  });

  it('takes its place when the one on top is deleted', () => {
    const all = arranged(output(1, 'a'), output(2, 'a'));
    all.remove(2);
    expect(all.shown(FOLDED)).toEqual([1]);
  });
});

describe('output cells by cell', () => {
  it('are one a cell, as in the source, those of deleted cells at the end', () => {
    const all = arranged(
      output(1, 'gone'),
      output(2, 'b'),
      output(3, 'a'),
      output(4, 'b')
    );
    expect(all.shown(BY_CELL)).toEqual([3, 4, 1]);
  });
});

describe('what changes the order', () => {
  it('is told apart from what does not', () => {
    const all = arranged(output(1, 'a'));
    expect(all.put(output(1, 'a', { execution_count: 3 }))).toBe(false);
    expect(all.put(output(1, 'a', { pinned: true }))).toBe(true);
  });

  it('comes to the same whatever the order in which it was told', () => {
    let state = 1;
    const random = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    for (let round = 0; round < 200; round++) {
      const outputs = Array.from({ length: 12 }, (_, index) =>
        output(index + 1, 'abc'[random(3)], { pinned: random(5) === 0 })
      );
      const shuffled = [...outputs].sort(() => random(3) - 1);
      for (const options of [FOLDED, BY_CELL]) {
        const shown = arranged(...outputs).shown(options);
        expect(arranged(...shuffled).shown(options)).toEqual(shown);
        const hidden = outputs.filter(({ seq }) => !shown.includes(seq));
        expect(hidden.some(({ pinned }) => pinned)).toBe(false);
        const cells = new Set(outputs.map(({ cell }) => cell));
        const latest = [...cells].map(cell =>
          outputs.findLast(it => it.cell === cell)!
        );
        expect(latest.every(({ seq }) => shown.includes(seq))).toBe(true);
      }
    }
  });
});
