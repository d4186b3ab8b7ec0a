import { expect, test } from 'vitest';
import { OwnOutputs, type Remembered } from './ownoutputs';

function storage(kept: Record<string, string> = {}): Remembered {
  return {
    getItem: key => kept[key] ?? null,
    setItem: (key, value) => (kept[key] = value)
  };
}

const atOnce = (save: () => void) => save();

test('what is added in a short time is written down once', () => {
  const saves: (() => void)[] = [];
  const kept: Record<string, string> = {};
  const own = new OwnOutputs(storage(kept), save => saves.push(save));
  own.add('n', ['a']);
  own.add('n', ['b']);
  expect(saves).toHaveLength(1);
  expect(own.has('n', 'b')).toBe(true);
  saves.forEach(save => save());
  expect(Object.values(kept).join()).toContain('["a","b"]');
  own.add('n', ['c']);
  expect(saves).toHaveLength(2);
});

test('own outputs are known after a reload, in their notebook alone', () => {
  const browser = storage();
  new OwnOutputs(browser, atOnce).add('n', ['a', 'b']);
  const own = new OwnOutputs(browser, atOnce);
  expect(own.has('n', 'a')).toBe(true);
  expect(own.has('n', 'c')).toBe(false);
  expect(own.has('other', 'a')).toBe(false);
});

test('the latest outputs of the latest notebooks are kept', () => {
  const browser = storage();
  const own = new OwnOutputs(browser, atOnce);
  for (let n = 0; n < 25; n++) {
    own.add(`n${n}`, [`o${n}`]);
  }
  own.add(
    'n24',
    Array.from({ length: 600 }, (_, n) => `late${n}`)
  );
  const later = new OwnOutputs(browser, atOnce);
  expect(later.has('n0', 'o0')).toBe(false);
  expect(later.has('n20', 'o20')).toBe(true);
  expect(later.has('n24', 'o24')).toBe(false);
  expect(later.has('n24', 'late599')).toBe(true);
});

test('what cannot be read or written is no trust, and no trouble', () => {
  const full = { getItem: () => '{"n": 3', setItem: throwing };
  const own = new OwnOutputs(full, atOnce);
  own.add('n', ['a']);
  expect(own.has('n', 'a')).toBe(true);
});

function throwing(): never {
  throw new Error('QuotaExceededError');
}
