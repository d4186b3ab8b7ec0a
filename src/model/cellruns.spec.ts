import { Signal } from '@lumino/signaling';
import { expect, test } from 'vitest';
import type { IRunsModel, IRunView } from '../tokens';
import type * as wire from '../wire';
import { CellRuns } from './cellruns';

type CellsChange = { added: number[]; changed: number[]; removed: number[] };

/** A run whose output cells a test writes. */
class FakeRun {
  constructor(readonly id: string) {
    this.run = { id, title: id, created: id } as wire.Run;
  }

  readonly run: wire.Run;
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

  put(seq: number, cell: string, more: Partial<wire.OutputCell> = {}): void {
    const isNew = !this.cells.has(seq);
    this.cells.set(seq, {
      seq,
      cell,
      status: 'succeeded',
      ...more
    } as wire.OutputCell);
    this.cellsChanged.emit({
      added: isNew ? [seq] : [],
      changed: isNew ? [] : [seq],
      removed: []
    });
  }

  drop(seq: number): void {
    this.cells.delete(seq);
    this.cellsChanged.emit({ added: [], changed: [], removed: [seq] });
  }
}

function model(...runs: FakeRun[]) {
  const fake = {
    runs: runs as IRunView[],
    get: (id: string) => fake.runs.find(run => run.id === id),
    runsChanged: new Signal<object, void>({})
  };
  return fake as typeof fake & IRunsModel;
}

test('the latest output of a cell is the one with the highest number, in each run of its own', () => {
  const [a, b] = [new FakeRun('a'), new FakeRun('b')];
  a.put(1, 'x');
  a.put(2, 'y');
  a.put(3, 'x');
  b.put(1, 'x');
  const cellRuns = new CellRuns(model(a, b));
  expect(cellRuns.last('a', 'x')?.seq).toBe(3);
  expect(cellRuns.last('b', 'x')?.seq).toBe(1);
  expect(cellRuns.last('b', 'y')).toBeUndefined();
  expect(cellRuns.counts('x')).toEqual([
    { title: 'a', count: 2 },
    { title: 'b', count: 1 }
  ]);
});

test('an output that changes names its own cell and no other', () => {
  const run = new FakeRun('a');
  run.put(1, 'x');
  run.put(2, 'y');
  const cellRuns = new CellRuns(model(run));
  const changes: (ReadonlySet<string> | null)[] = [];
  cellRuns.changed.connect((_, cells) => changes.push(cells));
  run.put(2, 'y', { status: 'running' });
  run.put(3, 'z');
  run.drop(1);
  expect(changes).toEqual([new Set(['y']), new Set(['z']), new Set(['x'])]);
  expect(cellRuns.last('a', 'x')).toBeUndefined();
});

test('the previous duration is that of the latest earlier output that succeeded', () => {
  const run = new FakeRun('a');
  const at = (second: number) => new Date(second * 1000).toISOString();
  run.put(1, 'x', { started: at(0), ended: at(3) });
  run.put(2, 'x', { status: 'failed', started: at(5), ended: at(6) });
  run.put(3, 'x', { status: 'running', started: at(7) });
  const cellRuns = new CellRuns(model(run));
  expect(cellRuns.previousMs('a', 'x')).toBe(3000);
  expect(cellRuns.previousMs('a', 'never run')).toBeNull();
});

test('a run that appears later is followed, and one that goes is forgotten', () => {
  const [a, b] = [new FakeRun('a'), new FakeRun('b')];
  const runs = model(a);
  const cellRuns = new CellRuns(runs);
  b.put(1, 'x');
  runs.runs = [b];
  runs.runsChanged.emit();
  expect(cellRuns.counts('x')).toEqual([{ title: 'b', count: 1 }]);
  const changes: unknown[] = [];
  cellRuns.changed.connect((_, cells) => changes.push(cells));
  a.put(1, 'x');
  expect(changes).toEqual([]);
});
