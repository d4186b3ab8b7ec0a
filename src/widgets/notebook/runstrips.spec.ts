import { Signal } from '@lumino/signaling';
import { expect, test } from 'vitest';
import type { CellRuns } from '../../model/cellruns';
import type { IStripState } from '../../model/strip';
import type * as wire from '../../wire';
import { type IStrip, RunStrips } from './runstrips';

/** Counts how often it is rendered. */
class FakeStrip implements IStrip {
  constructor(readonly cellId: string) {}
  readonly rendered: IStripState['status'][] = [];
  ticks = 0;
  get isTicking(): boolean {
    return this.rendered.at(-1) === 'running';
  }
  render(state: IStripState): void {
    this.rendered.push(state.status);
  }
  tick(): void {
    this.ticks++;
  }
}

function present(
  output: Partial<wire.OutputCell> | undefined,
  isUndone: boolean
) {
  return (output?.undone ?? false) === isUndone ? output : undefined;
}

function setUp(cells: readonly string[]) {
  const outputs = new Map<string, Partial<wire.OutputCell>>();
  const changed = new Signal<object, ReadonlySet<string> | null>({});
  const cellRuns = {
    changed,
    last: (_: string, cell: string) => present(outputs.get(cell), false),
    undone: (_: string, cell: string) => present(outputs.get(cell), true),
    previousMs: () => null,
    counts: () => []
  } as unknown as CellRuns;
  const strips = new RunStrips();
  strips.showRun('run');
  strips.follow(cellRuns);
  const views = cells.map(cell => new FakeStrip(cell));
  views.forEach(view => strips.add(view));
  return { strips, views, outputs, changed };
}

test('of a thousand cells only the one that changed is rendered again', () => {
  const cells = Array.from({ length: 1000 }, (_, index) => `cell ${index}`);
  const { strips, views, outputs, changed } = setUp(cells);
  outputs.set('cell 7', { seq: 1, status: 'succeeded' });
  changed.emit(new Set(['cell 7']));
  expect(views[7].rendered).toEqual(['none', 'succeeded']);
  expect(views.filter(view => view.rendered.length > 1)).toEqual([views[7]]);
  strips.dispose();
});

test('a cell is shown as asked for at once, until its output arrives', () => {
  const { strips, views, outputs, changed } = setUp(['a', 'b']);
  strips.ask(['a']);
  expect(views[0].rendered.at(-1)).toBe('asked');
  outputs.set('a', { seq: 1, status: 'queued' });
  changed.emit(new Set(['a']));
  expect(views[0].rendered.at(-1)).toBe('queued');
  expect(views[1].rendered).toEqual(['none']);
  strips.dispose();
});

test('a cell of which all was undone says so', () => {
  const { strips, views, outputs, changed } = setUp(['a']);
  outputs.set('a', { seq: 1, status: 'succeeded', undone: true });
  changed.emit(new Set(['a']));
  expect(views[0].rendered).toEqual(['none', 'undone']);
  strips.dispose();
});

test('a request that failed leaves the cell as it was', () => {
  const { strips, views } = setUp(['a']);
  strips.ask(['a']);
  strips.answered(['a']);
  expect(views[0].rendered).toEqual(['none', 'asked', 'none']);
  strips.dispose();
});

test('a strip that left the page is not rendered any more', () => {
  const { strips, views, changed } = setUp(['a']);
  strips.remove(views[0]);
  changed.emit(new Set(['a']));
  expect(views[0].rendered).toEqual(['none']);
  strips.dispose();
});

test('only cells that run are counted on', async () => {
  const { strips, views, outputs, changed } = setUp(['a', 'b']);
  outputs.set('a', {
    seq: 1,
    status: 'running',
    started: '2026-01-01T00:00:00.000Z'
  });
  changed.emit(new Set(['a']));
  await new Promise(done => setTimeout(done, 250));
  expect(views[0].ticks).toBeGreaterThan(0);
  expect(views[1].ticks).toBe(0);
  strips.dispose();
});
