import { describe, expect, it } from 'vitest';
import { Column, type ColumnPart } from './column';

const GUESS = 100;

function columnOf(count: number): Column {
  const column = new Column(GUESS);
  column.keys = Array.from({ length: count }, (_, index) => index + 1);
  return column;
}

const nobody = () => false;

function shownIn(parts: readonly ColumnPart[]): number[] {
  return parts.flatMap(part => ('key' in part && part.isShown ? part.key : []));
}

function keysIn(parts: readonly ColumnPart[]): number[] {
  return parts.flatMap(part => ('key' in part ? part.key : []));
}

describe('a column of which nothing is there', () => {
  it('is one gap as high as all that is guessed', () => {
    expect(columnOf(3).parts(nobody)).toEqual([{ gap: 300, before: null }]);
  });

  it('is nothing when it has no items', () => {
    expect(columnOf(0).parts(nobody)).toEqual([]);
    expect(columnOf(0).at(50)).toBe(0);
  });
});

describe('what is near the view', () => {
  it('is there, between gaps for the others', () => {
    const column = columnOf(10);
    column.near(4, 5);
    expect(column.parts(nobody)).toEqual([
      { gap: 400, before: 5 },
      { key: 5, index: 4, isShown: true },
      { key: 6, index: 5, isShown: true },
      { gap: 400, before: null }
    ]);
  });

  it('stays, hidden, when the view goes on, until there are too many', () => {
    const column = columnOf(10);
    column.near(0, 2);
    column.near(7, 8);
    column.trim(4, nobody);
    expect(column.parts(nobody)).toEqual([
      { key: 2, index: 1, isShown: false },
      { key: 3, index: 2, isShown: false },
      { gap: 700, before: 8 },
      { key: 8, index: 7, isShown: true },
      { key: 9, index: 8, isShown: true },
      { gap: 100, before: null }
    ]);
  });

  it('has room for one that is brought there', () => {
    const column = columnOf(10);
    column.near(0, 1);
    column.bring(5);
    expect(shownIn(column.parts(nobody))).toEqual([1, 2, 6]);
    column.near(0, 1);
    expect(shownIn(column.parts(nobody))).toEqual([1, 2]);
  });

  it('is there even when it alone is too many', () => {
    const column = columnOf(10);
    column.near(0, 5);
    column.trim(2, nobody);
    expect(keysIn(column.parts(nobody))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is not taken from a person’s hands', () => {
    const column = columnOf(10);
    column.near(0, 0);
    column.near(8, 9);
    const isHeld = (key: number) => key === 1;
    column.trim(1, isHeld);
    expect(shownIn(column.parts(isHeld))).toEqual([1, 9, 10]);
  });
});

describe('heights', () => {
  it('are remembered of what is no longer there', () => {
    const column = columnOf(4);
    column.near(0, 0);
    column.measure(1, 250);
    column.near(3, 3);
    column.trim(1, nobody);
    expect(column.parts(nobody)[0]).toEqual({ gap: 450, before: 4 });
    expect(column.topOf(4)).toBe(550);
  });

  it('say which item is at a distance from the top', () => {
    const column = columnOf(4);
    column.measure(1, 250);
    expect([-50, 0, 249, 250, 349, 10_000].map(at => column.at(at))).toEqual([
      0, 0, 0, 1, 1, 3
    ]);
  });

  it('are forgotten with their item', () => {
    const column = columnOf(2);
    column.near(0, 1);
    column.measure(1, 250);
    column.keys = [2];
    column.keys = [1, 2];
    expect(column.topOf(1)).toBe(GUESS);
    expect(column.isPresent(1)).toBe(false);
    expect(column.isPresent(2)).toBe(true);
  });
});

describe('whatever happens to a column', () => {
  it('its items and gaps add up, in order, and what is near is there', () => {
    let state = 7;
    const random = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    const column = columnOf(60);
    const heights = new Map<number, number>();
    for (let step = 0; step < 2000; step++) {
      const key = 1 + random(60);
      switch (random(4)) {
        case 0:
          column.keys = Array.from({ length: 60 }, (_, n) => n + 1).filter(
            () => random(4) > 0
          );
          [...heights.keys()]
            .filter(known => column.indexOf(known) < 0)
            .forEach(known => heights.delete(known));
          break;
        case 1:
          column.measure(key, 1 + random(900));
          break;
        default: {
          const first = random(Math.max(1, column.keys.length));
          column.near(first, first + random(6));
          column.trim(10, held => held === key);
          const near = column.keys.slice(first, first + 1);
          expect(near.every(one => column.isPresent(one))).toBe(true);
        }
      }
      const parts = column.parts(held => held === key);
      const there = keysIn(parts);
      expect(there).toEqual(column.keys.filter(one => there.includes(one)));
      const shown = shownIn(parts);
      const gaps = parts.flatMap(part => ('gap' in part ? part.gap : []));
      const height = (one: number) => {
        const index = column.indexOf(one);
        return column.topOf(index + 1) - column.topOf(index);
      };
      const sum = [...gaps, ...shown.map(height)].reduce((a, b) => a + b, 0);
      expect(sum).toBe(column.topOf(column.keys.length));
    }
  });
});
