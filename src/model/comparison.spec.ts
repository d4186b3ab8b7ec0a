import { describe, expect, it } from 'vitest';
import type * as wire from '../wire';
import {
  counterpart,
  picturePairs,
  shownCells,
  shownGlobals,
  tookMs
} from './comparison';

function ran(seq: number, ...mimes: string[]): wire.OutputCell {
  const outputs = mimes.map((mime, index): wire.Manifest => ({
    id: `${seq}-${index}`,
    type: 'display_data',
    data: { [mime]: { inline: '' } }
  }));
  return {
    seq,
    outputs,
    started: `2026-01-01T00:00:0${seq}.000Z`
  } as unknown as wire.OutputCell;
}

function compared(
  cell: string,
  seq: number,
  ...differs: wire.Difference[]
): wire.ComparedCell {
  return { cell, differs, left: ran(seq), right: ran(seq) };
}

const ALL = {
  onlyDifferences: true,
  code: true,
  outputs: true,
  globals: true
};
const placeOf = (cell: string) => ({ a: 1, b: 2 })[cell] ?? null;

describe('shownCells', () => {
  const cells = [
    compared('gone', 1, 'outputs'),
    compared('b', 3, 'code'),
    compared('b', 2, 'outputs'),
    compared('a', 4)
  ];

  it('keeps the order of the source, then of time, and deleted cells last', () => {
    const shown = shownCells({ cells }, ALL, placeOf);
    expect(shown.map(({ cell, left }) => [cell, left?.seq])).toEqual([
      ['b', 2],
      ['b', 3],
      ['gone', 1]
    ]);
  });

  it('shows what is the same only when asked', () => {
    const options = { ...ALL, onlyDifferences: false };
    const shown = shownCells({ cells }, options, placeOf);
    expect(shown.map(({ cell }) => cell)).toEqual(['a', 'b', 'b', 'gone']);
  });

  it('leaves out cells that differ only in what is not shown', () => {
    const options = { ...ALL, outputs: false };
    const shown = shownCells({ cells }, options, placeOf);
    expect(shown.map(({ differs }) => differs)).toEqual([['code']]);
  });
});

describe('picturePairs', () => {
  it('pairs pictures by their order, whatever stands between them', () => {
    const cell: wire.ComparedCell = {
      cell: 'a',
      differs: ['outputs'],
      left: ran(1, 'image/png', 'text/plain', 'image/svg+xml'),
      right: ran(2, 'text/html', 'image/png')
    };
    const pairs = picturePairs(cell);
    expect(pairs.map(({ left, right }) => [left.id, right.id])).toEqual([
      ['1-0', '2-1']
    ]);
  });

  it('has none where only one run has an output cell', () => {
    const cell: wire.ComparedCell = {
      cell: 'a',
      differs: ['only left'],
      left: ran(1, 'image/png')
    };
    expect(picturePairs(cell)).toEqual([]);
  });
});

describe('counterpart', () => {
  const run = (id: string, parent?: string) =>
    ({ id, parent: parent && { run: parent, seq: 1 } }) as unknown as wire.Run;
  const runs = [run('one'), run('two', 'one'), run('three'), run('four')];

  it('is the baseline, else the parent, else a fork, else the latest', () => {
    expect(counterpart(runs[1], runs, 'three')).toBe('three');
    expect(counterpart(runs[1], runs, null)).toBe('one');
    expect(counterpart(runs[0], runs, null)).toBe('two');
    expect(counterpart(runs[2], runs, null)).toBe('four');
  });

  it('is never the run itself, nor one that is gone', () => {
    expect(counterpart(runs[2], runs, 'three')).toBe('four');
    expect(counterpart(runs[2], runs, 'gone')).toBe('four');
    expect(counterpart(runs[0], [runs[0]], null)).toBeNull();
  });
});

describe('shownGlobals and tookMs', () => {
  it('hide what looks alike until it is asked for', () => {
    const globals = (['different', 'alike', 'same'] as const).map(verdict => ({
      name: verdict,
      verdict
    }));
    const names = (only: boolean) =>
      shownGlobals({ globals }, { ...ALL, onlyDifferences: only }).length;
    expect([names(true), names(false)]).toEqual([1, 3]);
  });

  it('tell how long a cell took only when it has ended', () => {
    const started = '2026-01-01T00:00:00.000Z';
    const ended = '2026-01-01T00:00:01.500Z';
    expect(tookMs({ started, ended })).toBe(1500);
    expect(tookMs({ started })).toBeNull();
  });
});
