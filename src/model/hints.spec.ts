import { describe, expect, it } from 'vitest';
import type * as wire from '../wire';
import { hintNow, HINTS, type IProgress } from './hints';
import { LiveRunsWatch, liveRuns } from './liveruns';

function progress(cells: string[], ...parents: (string | null)[]): IProgress {
  return {
    isGlobalsShown: false,
    latest: cells.length > 0 ? 'succeeded' : null,
    outputs: cells.map(cell => ({
      run: 'r',
      cell,
      status: 'succeeded' as const
    })),
    runs: parents.map(parent => ({
      parent: parent === null ? undefined : { run: parent, seq: 1 }
    })) as wire.Run[]
  };
}

const none = new Set<string>();

describe('hintNow', () => {
  it('says nothing before anything was run', () => {
    expect(hintNow(progress([], null), none)).toBeNull();
  });

  it('begins with running again, and goes on when that was done', () => {
    expect(hintNow(progress(['a'], null), none)).toBe('rerun');
    expect(hintNow(progress(['a', 'a'], null), none)).toBe('globals');
  });

  it('does not take the same cell in two runs for one that ran again', () => {
    const one = progress(['a'], null, null);
    const other = one.outputs.map(output => ({ ...output, run: 's' }));
    const both = { ...one, outputs: [...one.outputs, ...other] };
    expect(hintNow(both, none)).toBe('rerun');
  });

  it('knows that a cell ran again in a fork, of a fork too', () => {
    const one = progress(['a', 'b']);
    const [a, b] = one.outputs;
    const runs = [
      { id: 'r' },
      { id: 's', parent: { run: 'r', seq: 1 } },
      { id: 't', parent: { run: 's', seq: 1 } }
    ] as wire.Run[];
    const outputs = [a, { ...b, run: 's' }, { ...a, run: 't' }];
    expect(hintNow({ ...one, runs, outputs }, none)).toBe('globals');
    const twins = [{ id: 'r' }, { id: 't' }] as wire.Run[];
    expect(hintNow({ ...one, runs: twins, outputs }, none)).toBe('rerun');
  });

  it('does not tell to run again below an error', () => {
    const some = progress(['a'], null);
    expect(hintNow({ ...some, latest: 'failed' }, none)).toBe('globals');
  });

  it('does not tell to fork who has forked', () => {
    const seen = new Set(['rerun', 'globals']);
    expect(hintNow(progress(['a', 'b'], null), seen)).toBe('fork');
    expect(hintNow(progress(['a', 'b'], null, 'r'), seen)).toBe('compare');
  });

  it('does not tell of the variables who looks at them', () => {
    const some = { ...progress(['a', 'b'], null), isGlobalsShown: true };
    expect(hintNow(some, new Set(['rerun']))).toBe('fork');
  });

  it('shows a hint that was dismissed never again', () => {
    const all = new Set<string>(HINTS);
    expect(hintNow(progress(['a', 'b'], null, 'r'), all)).toBeNull();
  });
});

describe('live runs', () => {
  const runs = (...statuses: wire.RunStatus[]) =>
    statuses.map(status => ({ status, memory_bytes: 5 })) as wire.Run[];

  it('are those with a kernel', () => {
    expect(liveRuns(runs('idle', 'busy', 'stopped', 'forking'))).toEqual({
      count: 3,
      bytes: 15
    });
  });

  it('are warned of once for each one too many, not of those that were there', () => {
    const watch = new LiveRunsWatch();
    expect(watch.isTooMany(9, 8)).toBe(false);
    expect(watch.isTooMany(10, 8)).toBe(true);
    expect(watch.isTooMany(10, 8)).toBe(false);
    expect(watch.isTooMany(7, 8)).toBe(false);
    expect(watch.isTooMany(8, 8)).toBe(false);
    expect(watch.isTooMany(9, 8)).toBe(true);
  });
});
