import { expect, test } from 'vitest';
import type { IStateDB } from '@jupyterlab/statedb';
import { UndoneMarks } from './undonemarks';

/** What JupyterLab keeps; it comes a moment after it was asked for. */
function state(kept: unknown) {
  const saved: unknown[] = [];
  return {
    saved,
    fetch: () => new Promise(resolve => setTimeout(() => resolve(kept))),
    save: (_: string, value: unknown) => Promise.resolve(saved.push(value))
  };
}

function marks(kept: unknown) {
  const database = state(kept);
  return {
    database,
    marks: new UndoneMarks(database as unknown as IStateDB)
  };
}

test('what was kept is there again, and what is none of ours is left out', async () => {
  const { marks: found } = marks({ k: ['a', 'b'], broken: 'a', other: [1] });
  await found.ready;
  expect(found.of('k')).toEqual(['a', 'b']);
  expect(found.of('broken')).toEqual([]);
  expect(found.of('other')).toEqual([]);
});

test('what is marked before the rest was read takes nothing away', async () => {
  const { marks: early, database } = marks({ k: ['a'], l: ['b'] });
  early.set('k', ['c']);
  await early.ready;
  await Promise.resolve();
  expect(early.of('k')).toEqual(['c']);
  expect(database.saved).toEqual([{ k: ['c'], l: ['b'] }]);
});

test('a kernel without marks is forgotten, as are those of long ago', async () => {
  const { marks: many, database } = marks(undefined);
  await many.ready;
  for (let kernel = 0; kernel < 25; kernel++) {
    many.set(`k${kernel}`, ['a']);
  }
  many.set('k24', []);
  await Promise.resolve();
  expect(many.of('k0')).toEqual([]);
  expect(many.of('k23')).toEqual(['a']);
  expect(Object.keys(database.saved.at(-1) as object)).toHaveLength(19);
});
