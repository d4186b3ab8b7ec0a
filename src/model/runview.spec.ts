import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type * as wire from '../wire';
import { type ICellsChange, RunView } from './runview';

function cell(seq: number, status = 'succeeded'): wire.OutputCell {
  return { seq, status, outputs: [] } as unknown as wire.OutputCell;
}

/** The map of a run, as a server writes it into a document of its own. */
function mapOf(
  fields: Readonly<Record<string, unknown>>,
  ...cells: readonly wire.OutputCell[]
): Y.Map<unknown> {
  const map = new Y.Doc().getMap('run');
  const inner = new Y.Map<unknown>();
  map.set('cells', inner);
  cells.forEach(one => inner.set(String(one.seq), one));
  Object.entries(fields).forEach(([key, value]) => map.set(key, value));
  return map;
}

/** What a view tells, in order. */
function listening(view: RunView) {
  const told: (string | ICellsChange)[] = [];
  view.changed.connect(() => told.push('run'));
  view.globalsChanged.connect(() => told.push('globals'));
  view.cellsChanged.connect((_, change) => told.push(change));
  return told;
}

test('a run has its own fields, and output cells in the order in which they ran', () => {
  const map = mapOf({ title: 'Run 1' }, cell(10), cell(9));
  const view = new RunView('a', map);
  expect(view.run).toEqual({ id: 'a', title: 'Run 1', queue: [] });
  expect(view.seqs).toEqual([9, 10]);
  expect(view.cell(9)?.status).toBe('succeeded');
  expect(view.cell(8)).toBeUndefined();
});

test('what is no output cell is none, and what is no list of variables is an empty one', () => {
  const map = mapOf({ globals: 'none' });
  (map.get('cells') as Y.Map<unknown>).set('1', { seq: 'one' });
  (map.get('cells') as Y.Map<unknown>).set('x', cell(2));
  const view = new RunView('a', map);
  expect(view.seqs).toEqual([1]);
  expect(view.cell(1)).toBeUndefined();
  expect(view.globals).toEqual([]);
});

test('a change of its fields is told of, and the run is read anew', () => {
  const map = mapOf({ title: 'before' });
  const view = new RunView('a', map);
  expect(view.run.title).toBe('before');
  const told = listening(view);
  map.set('title', 'after');
  view.fieldsChanged(new Set(['title', 'globals']));
  expect(told).toEqual(['globals', 'run']);
  expect(view.run.title).toBe('after');
});

test('variables alone are no change of the run', () => {
  const view = new RunView('a', mapOf({}));
  const told = listening(view);
  view.fieldsChanged(new Set(['globals']));
  expect(told).toEqual(['globals']);
});

test('another copy of the document tells of what differs there, and of nothing else', () => {
  const view = new RunView('a', mapOf({ title: 'one' }, cell(1), cell(2)));
  const told = listening(view);
  view.follow(mapOf({ title: 'one' }, cell(1), cell(2)));
  expect(told).toEqual([]);
  view.follow(mapOf({ title: 'two' }, cell(2, 'failed'), cell(3)));
  expect(told).toEqual([{ added: [3], changed: [2], removed: [1] }, 'run']);
  expect(view.seqs).toEqual([2, 3]);
});

test('output cells that come, change and go are told of by their seq', () => {
  const map = mapOf({}, cell(1), cell(2));
  const cells = map.get('cells') as Y.Map<unknown>;
  const view = new RunView('a', map);
  const told = listening(view);
  cells.observe(({ changes }) => view.cellKeysChanged(changes.keys));
  map.doc!.transact(() => {
    cells.set('11', cell(11));
    cells.set('4', cell(4));
    cells.set('2', cell(2, 'failed'));
    cells.delete('1');
  });
  expect(told).toEqual([{ added: [4, 11], changed: [2], removed: [1] }]);
  expect(view.seqs).toEqual([2, 4, 11]);
});

test('a list of output cells that is replaced tells of what came and went', () => {
  const map = mapOf({}, cell(1), cell(2));
  const view = new RunView('a', map);
  expect(view.seqs).toEqual([1, 2]);
  const told = listening(view);
  const fresh = new Y.Map<unknown>();
  map.set('cells', fresh);
  fresh.set('3', cell(3));
  view.fieldsChanged(new Set(['cells']));
  expect(told).toEqual([{ added: [3], changed: [], removed: [1, 2] }]);
});
