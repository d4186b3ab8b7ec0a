import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import type { IRunView } from '../tokens';
import type * as wire from '../wire';
import {
  unableToContinue,
  unableToFork,
  unableToForkAfter,
  unableToSave,
  unableToUndo
} from './abilities';

const trans = nullTranslator.load('patina_lab');
const ALL: wire.Run['capabilities'] = ['fork', 'undo', 'save', 'globals'];

function cell(seq: number, more: Partial<wire.OutputCell> = {}) {
  const status = 'succeeded';
  return {
    seq,
    cell: `c${seq}`,
    session: 1,
    status,
    ...more
  } as wire.OutputCell;
}

function view(run: Partial<wire.Run>, ...cells: wire.OutputCell[]): IRunView {
  const whole = { title: 'Run 1', session: 1, queue: [], capabilities: ALL };
  return {
    run: { ...whole, status: 'idle', ...run },
    seqs: cells.map(({ seq }) => seq),
    cell: (seq: number) => cells.find(one => one.seq === seq)
  } as unknown as IRunView;
}

const crash = { reason: 'SIGSEGV' } as unknown as wire.Crash;

describe('what a run can do', () => {
  it('is forked while a cell runs, and saved only when none does', () => {
    const busy = view({ status: 'busy' });
    expect(unableToFork(busy, trans)).toBeNull();
    expect(unableToSave(busy, trans)).toContain('running or queued');
    expect(unableToSave(view({ queue: [2] }), trans)).toContain('queued');
    expect(unableToSave(view({}), trans)).toBeNull();
  });

  it('is only undone after a crash, and says so', () => {
    const crashed = view({ status: 'failed', crash }, cell(1));
    expect(unableToUndo(crashed, trans)).toBeNull();
    for (const unable of [unableToFork, unableToSave]) {
      expect(unable(crashed, trans)).toContain('has crashed; go on');
    }
  });

  it('needs a kernel, and one that can', () => {
    for (const status of ['failed', 'stopped', 'lost'] as const) {
      expect(unableToFork(view({ status }), trans)).toBe('Run 1 has no kernel');
    }
    const unable = view({ capabilities: [] });
    expect(unableToFork(unable, trans)).toContain('cannot be forked');
    expect(unableToUndo(unable, trans)).toContain('cannot go back');
    expect(unableToSave(unable, trans)).toContain('cannot save');
  });

  it('is undone while its checkpoint is kept', () => {
    expect(unableToUndo(view({}), trans)).toContain('Nothing has run yet');
    const kept = view({ checkpoints: [1] }, cell(1));
    expect(unableToUndo(kept, trans)).toBeNull();
    const old = view({}, cell(1, { ended: '2020-01-01T00:00:00Z' }));
    expect(unableToUndo(old, trans)).toContain('no longer kept');
  });

  it('is forked after an output whose state is kept', () => {
    const cells = [cell(1), cell(2), cell(3)];
    const some = view({ checkpoints: [3] }, ...cells);
    expect(unableToForkAfter(some, cells[1], trans)).toBeNull();
    expect(unableToForkAfter(some, cells[0], trans)).toContain('no longer');
    expect(unableToForkAfter(some, cells[2], trans)).toBeNull();
    const earlier = cell(4, { session: 0 });
    expect(unableToForkAfter(some, earlier, trans)).toContain('earlier kernel');
    const undone = cell(5, { undone: true });
    expect(unableToForkAfter(some, undone, trans)).toContain('was undone');
  });

  it('is continued from a saved state, unless it is at work', () => {
    expect(unableToContinue(view({}), trans)).toContain('No state');
    const saved = {} as wire.Run['saved'];
    expect(unableToContinue(view({ saved }), trans)).toBeNull();
    const busy = view({ saved, status: 'busy' });
    expect(unableToContinue(busy, trans)).toContain('stop it first');
  });
});
