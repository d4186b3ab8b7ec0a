import { expect, test } from 'vitest';
import { isToBeFreed } from './outputslimit';

test('nothing is deleted of what is kept for ever', () => {
  expect(isToBeFreed(1_000_000, 'all')).toBe(false);
});

test('a tenth more than is kept may wait', () => {
  expect(isToBeFreed(110, 100)).toBe(false);
  expect(isToBeFreed(111, 100)).toBe(true);
  expect(isToBeFreed(2, 1)).toBe(false);
  expect(isToBeFreed(3, 1)).toBe(true);
});
