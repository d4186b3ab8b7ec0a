import { Signal } from '@lumino/signaling';
import { describe, expect, test } from 'vitest';
import type { IRunsModel, IRunView } from '../tokens';
import type * as wire from '../wire';
import { CellMarks, type ISourceHashes } from './cellmarks';
import { CellRuns } from './cellruns';
import type { CellMark } from './marks';

type CellsChange = { added: number[]; changed: number[]; removed: number[] };

/** A run that a test writes, as the server writes the runs document. */
class FakeRun {
  constructor(
    readonly id: string,
    parent?: wire.ForkPoint
  ) {
    this.run = {
      id,
      title: id,
      created: id,
      status: 'idle',
      session: 1,
      parent
    } as wire.Run;
  }

  run: wire.Run;
  readonly cells = new Map<number, wire.OutputCell>();
  readonly globals = [];
  readonly changed: Signal<IRunView, void> = new Signal<IRunView, void>(this);
  readonly cellsChanged: Signal<IRunView, CellsChange> = new Signal<
    IRunView,
    CellsChange
  >(this);
  readonly globalsChanged: Signal<IRunView, void> = new Signal<IRunView, void>(
    this
  );

  get seqs(): number[] {
    return [...this.cells.keys()].sort((a, b) => a - b);
  }

  cell(seq: number): wire.OutputCell | undefined {
    return this.cells.get(seq);
  }

  put(seq: number, cell: Partial<wire.OutputCell>): void {
    const before = this.cells.get(seq);
    this.cells.set(seq, {
      seq,
      session: this.run.session,
      status: 'succeeded',
      ...before,
      ...cell
    } as wire.OutputCell);
    const change: CellsChange = { added: [], changed: [], removed: [] };
    change[before ? 'changed' : 'added'].push(seq);
    this.cellsChanged.emit(change);
  }

  set(fields: Partial<wire.Run>): void {
    this.run = { ...this.run, ...fields };
    this.changed.emit();
  }
}

/** Sources whose hash is their text. */
class FakeSources implements ISourceHashes {
  constructor(readonly texts: Map<string, string>) {}

  readonly changed = new Signal<this, ReadonlySet<string> | null>(this);

  get cells(): string[] {
    return [...this.texts.keys()];
  }

  hash(cell: string): string | null {
    return this.texts.get(cell) ?? null;
  }

  edit(cell: string, text: string | null): void {
    if (text === null) {
      this.texts.delete(cell);
      this.changed.emit(null);
    } else {
      this.texts.set(cell, text);
      this.changed.emit(new Set([cell]));
    }
  }
}

function notebook(texts: Record<string, string>, ...runs: FakeRun[]) {
  const model = {
    runs: runs as IRunView[],
    get: (id: string) => model.runs.find(run => run.id === id),
    runsChanged: new Signal<object, void>({})
  };
  const fake = model as typeof model & IRunsModel;
  const sources = new FakeSources(new Map(Object.entries(texts)));
  const cellRuns = new CellRuns(fake);
  const marks = new CellMarks(fake, cellRuns, sources);
  marks.showRun(runs[0].id);
  return { model, sources, marks, cellRuns };
}

test('editing a cell marks it, undoing the edit takes the mark away', () => {
  const run = new FakeRun('a');
  const { sources, marks } = notebook({ x: '1' }, run);
  run.put(1, { cell: 'x', source_hash: '1' });
  expect(marks.of('x')).toBeNull();
  sources.edit('x', '2');
  expect(marks.of('x')).toBe('edited');
  expect(marks.edited).toEqual(['x']);
  sources.edit('x', '1');
  expect(marks.of('x')).toBeNull();
});

test('a mark that goes from one output to another by an undo is told', () => {
  const run = new FakeRun('a');
  const { sources, marks } = notebook({ x: '1' }, run);
  run.put(1, { id: 'first', cell: 'x', source_hash: '1' });
  run.put(2, { id: 'second', cell: 'x', source_hash: '1' });
  sources.edit('x', '2');
  const told: string[] = [];
  marks.changed.connect((_, cells) => told.push(...cells));
  run.put(2, { undone: true });
  expect(marks.of('x')).toBe('edited');
  expect(told).toEqual(['x']);
});

test('after a restart results are of an old session; edited goes before that', () => {
  const run = new FakeRun('a');
  const { sources, marks } = notebook({ x: '1' }, run);
  run.put(1, { cell: 'x', source_hash: '1' });
  run.set({ session: 2 });
  expect(marks.of('x')).toBe('old session');
  sources.edit('x', '2');
  expect(marks.of('x')).toBe('edited');
  run.put(2, { cell: 'x', source_hash: '2', status: 'running' });
  expect(marks.of('x')).toBeNull();
});

test('what a saved state has is there in the session that began with it', () => {
  const run = new FakeRun('a');
  const { marks } = notebook({ w: '0', x: '1', y: '2' }, run);
  run.set({ session: 0 });
  run.put(1, { cell: 'w', source_hash: '0' });
  run.set({ session: 1 });
  run.put(2, { cell: 'x', source_hash: '1' });
  run.put(3, { cell: 'y', source_hash: '2' });
  run.set({ session: 2 });
  expect(marks.of('x')).toBe('old session');
  run.set({ loaded_seq: 2 });
  expect(marks.of('x')).toBeNull();
  expect(['w', 'y'].map(cell => marks.of(cell))).toEqual([
    'old session',
    'old session'
  ]);
});

test('a result of a run that has ended is of an old session', () => {
  const run = new FakeRun('a');
  const { marks } = notebook({ x: '1' }, run);
  run.put(1, { cell: 'x', source_hash: '1' });
  run.set({ status: 'stopped' });
  expect(marks.of('x')).toBe('old session');
});

test('what ended the kernel stays to be seen, and states that it can go back to are not old', () => {
  const run = new FakeRun('a');
  const { marks } = notebook({ x: '1', y: '1' }, run);
  run.put(1, { cell: 'x', source_hash: '1' });
  run.put(2, { cell: 'y', source_hash: '1', status: 'failed' });
  run.set({ status: 'failed', crash: { reason: 'SIGSEGV', seq: 2 } });
  expect([marks.of('x'), marks.of('y')]).toEqual([null, null]);
  run.set({ crash: undefined });
  expect([marks.of('x'), marks.of('y')]).toEqual(['old session', null]);
  run.set({ status: 'idle', session: 2 });
  expect(marks.of('y')).toBe('old session');
});

describe('a fork', () => {
  const parent = () => {
    const run = new FakeRun('a');
    run.put(1, { cell: 'x', source_hash: '1' });
    run.put(2, { cell: 'y', source_hash: '1' });
    run.put(3, { cell: 'x', source_hash: '3' });
    return run;
  };

  test('has what its parent ran up to the fork point, and nothing later', () => {
    const a = parent();
    const fork = new FakeRun('b', { run: 'a', seq: 2 });
    const { marks, cellRuns } = notebook({ x: '1', y: '1' }, fork, a);
    expect(cellRuns.last('b', 'x')?.seq).toBe(1);
    expect(marks.of('x')).toBeNull();
    marks.showRun('a');
    expect(marks.of('x')).toBe('edited');
  });

  test('keeps what its parent undoes afterwards, and not what it undid before', () => {
    const a = parent();
    a.put(1, { undone: true });
    const fork = new FakeRun('b', { run: 'a', seq: 2 });
    const { cellRuns } = notebook({ x: '1', y: '1' }, fork, a);
    expect(cellRuns.last('b', 'x')).toBeUndefined();
    a.put(2, { undone: true });
    expect(cellRuns.last('b', 'y')?.seq).toBe(2);
  });

  test('has lost all of it once it is restarted', () => {
    const fork = new FakeRun('b', { run: 'a', seq: 3 });
    const { marks } = notebook({ x: '3', y: '1' }, fork, parent());
    expect(marks.of('y')).toBeNull();
    fork.set({ session: 2 });
    expect(marks.of('y')).toBe('old session');
  });
});

/** A generator of numbers below `n`, the same ones in every test run. */
function dice(seed: number) {
  let state = seed;
  return (n: number) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** What the marks ought to be, told without looking at the document. */
class Truth {
  readonly executions: {
    cell: string;
    text: string;
    session: number;
    status: wire.CellStatus;
    isUndone: boolean;
  }[] = [];
  session = 1;
  isEnded = false;

  mark(cell: string, text: string | undefined): CellMark | null {
    const last = this.executions.findLast(
      it => it.cell === cell && !it.isUndone && it.status !== 'not run'
    );
    if (!last || last.status === 'running' || last.status === 'queued') {
      return null;
    }
    if (text !== undefined && text !== last.text) {
      return 'edited';
    }
    if (last.session !== this.session) {
      return 'old session';
    }
    return this.isEnded && last.status !== 'failed' ? 'old session' : null;
  }
}

test.each([1, 2, 3, 4, 5])(
  'no mark is wrong in 1,000 random edits, undos, runs and restarts (seed %i)',
  seed => {
    const roll = dice(seed);
    const ids = ['u', 'v', 'w', 'x', 'y', 'z'];
    const run = new FakeRun('a');
    const { sources, marks } = notebook(
      Object.fromEntries(ids.map(id => [id, '0'])),
      run
    );
    const truth = new Truth();
    const told = new Map<string, CellMark | null>();
    marks.changed.connect((_, cells) =>
      cells.forEach(cell => told.set(cell, marks.of(cell)))
    );
    const edits: [string, string][] = [];
    const write = (index: number, fields: Partial<wire.OutputCell>) =>
      run.put(index + 1, fields);
    const steps: (() => void)[] = [
      () => {
        const cell = ids[roll(ids.length)];
        edits.push([cell, sources.hash(cell) ?? '0']);
        sources.edit(cell, String(roll(3)));
      },
      () => {
        const [cell, text] = edits.pop() ?? ['u', '0'];
        sources.edit(cell, text);
      },
      () => {
        const cell = ids[roll(ids.length)];
        const text = sources.hash(cell) ?? '0';
        truth.executions.push({
          cell,
          text,
          session: truth.session,
          status: 'queued',
          isUndone: false
        });
        write(truth.executions.length - 1, {
          cell,
          source_hash: text,
          session: truth.session,
          status: 'queued'
        });
      },
      () => {
        const next: Partial<Record<wire.CellStatus, wire.CellStatus[]>> = {
          queued: ['running', 'not run'],
          running: ['succeeded', 'failed', 'interrupted']
        };
        const index = truth.executions.findIndex(it => next[it.status]);
        const execution = truth.executions[index];
        const choices = execution && next[execution.status];
        if (choices) {
          execution.status = choices[roll(choices.length)];
          write(index, { status: execution.status });
        }
      },
      () => {
        const index = truth.executions.findLastIndex(
          it =>
            !it.isUndone &&
            it.session === truth.session &&
            ['succeeded', 'failed', 'interrupted'].includes(it.status)
        );
        if (index >= 0) {
          truth.executions[index].isUndone = true;
          write(index, { undone: true });
        }
      },
      () => {
        if (roll(10) === 0) {
          truth.session++;
          truth.isEnded = false;
          run.set({ session: truth.session, status: 'idle' });
        }
      },
      () => {
        if (roll(20) === 0) {
          truth.isEnded = true;
          run.set({ status: 'failed' });
        }
      },
      () => {
        if (roll(10) === 0) {
          const cell = ids[roll(ids.length)];
          sources.edit(cell, sources.hash(cell) === null ? '0' : null);
        }
      }
    ];
    for (let step = 0; step < 1000; step++) {
      steps[roll(steps.length)]();
      for (const cell of ids) {
        const expected = truth.mark(cell, sources.texts.get(cell));
        expect(marks.of(cell), `${cell} in step ${step}`).toBe(expected);
        expect(told.get(cell) ?? null, `told of ${cell}`).toBe(expected);
      }
      const edited = sources.cells.filter(
        cell => truth.mark(cell, sources.texts.get(cell)) === 'edited'
      );
      expect(marks.edited).toEqual(edited);
    }
  }
);
