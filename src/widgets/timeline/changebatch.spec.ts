import { expect, test } from 'vitest';
import type { ICellsChange } from '../../model/runview';
import { ChangeBatch } from './changebatch';

function setUp() {
  const told: ICellsChange[] = [];
  const frames: (() => void)[] = [];
  const batch = new ChangeBatch(
    change => told.push(change),
    flush => {
      frames.push(flush);
      return () => frames.splice(frames.indexOf(flush), 1);
    }
  );
  const tell = (change: Partial<ICellsChange>) =>
    batch.add({ added: [], changed: [], removed: [], ...change });
  return { told, frames, batch, tell };
}

test('what happens within a frame is told once', () => {
  const { told, frames, tell } = setUp();
  tell({ added: [2] });
  tell({ added: [1], changed: [2] });
  tell({ changed: [2] });
  expect(told).toEqual([]);
  expect(frames).toHaveLength(1);
  frames[0]();
  expect(told).toEqual([{ added: [1, 2], changed: [], removed: [] }]);
});

test('what came and went is not told; what went and came has changed', () => {
  const { told, frames, tell } = setUp();
  tell({ added: [1], removed: [2] });
  tell({ added: [2], removed: [1] });
  frames[0]();
  expect(told).toEqual([{ added: [], changed: [2], removed: [] }]);
});

test('a flush does not wait for the frame, and tells nothing twice', () => {
  const { told, frames, batch, tell } = setUp();
  tell({ changed: [1] });
  batch.flush();
  expect(told).toHaveLength(1);
  expect(frames).toEqual([]);
  batch.flush();
  expect(told).toHaveLength(1);
});

test('what is dropped is never told', () => {
  const { told, batch, tell } = setUp();
  tell({ changed: [1] });
  batch.drop();
  batch.flush();
  expect(told).toEqual([]);
});
