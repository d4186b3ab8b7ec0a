import { expect, test } from 'vitest';
import type * as wire from '../wire';
import { type IOpenState, pathKey, rows } from './globalrows';
import { grouped, type IGlobalsQuery } from './globals';

const EVERYTHING: IGlobalsQuery = {
  pattern: '',
  hidden: new Set(),
  sort: 'name',
  watched: new Set()
};

function variable(name: string, more: Partial<wire.Global> = {}): wire.Global {
  return {
    name,
    type: 'int',
    kind: 'data',
    summary: '1',
    has_children: false,
    ...more
  };
}

function names(
  globals: wire.Global[],
  query: Partial<IGlobalsQuery>
): string[] {
  const groups = grouped(globals, { ...EVERYTHING, ...query });
  return [...groups.values()].flat().map(({ name }) => name);
}

test('the filter is a regular expression on name and type; text where it is none', () => {
  const some = [
    variable('df', { type: 'DataFrame' }),
    variable('df_test'),
    variable('a[0')
  ];
  expect(names(some, { pattern: '^df$' })).toEqual(['df']);
  expect(names(some, { pattern: 'frame' })).toEqual(['df']);
  expect(names(some, { pattern: 'Frame' })).toEqual(['df']);
  expect(names(some, { pattern: 'FRAME' })).toEqual([]);
  expect(names(some, { pattern: 'a[' })).toEqual(['a[0']);
});

test('hidden kinds are left out, but what is watched is always shown, and first', () => {
  const some = [
    variable('x'),
    variable('f', { kind: 'function' }),
    variable('np', { kind: 'module' })
  ];
  const groups = grouped(some, {
    ...EVERYTHING,
    hidden: new Set(['function', 'module']),
    watched: new Set(['np'])
  });
  expect([...groups.keys()]).toEqual(['watched', 'data']);
  expect(groups.get('watched')?.[0].name).toBe('np');
});

test('the order is by what changed last, by name, type or size', () => {
  const some = [
    variable('b', { by: 1, bytes: 10, type: 'str' }),
    variable('a', { by: 1, type: 'list' }),
    variable('c', { by: 3, bytes: 99 })
  ];
  expect(names(some, { sort: 'changed' })).toEqual(['c', 'a', 'b']);
  expect(names(some, { sort: 'name' })).toEqual(['a', 'b', 'c']);
  expect(names(some, { sort: 'type' })).toEqual(['c', 'a', 'b']);
  expect(names(some, { sort: 'size' })).toEqual(['c', 'b', 'a']);
});

test('an open value shows the parts that came, and says how many are left', () => {
  const some = [variable('x', { has_children: true }), variable('y')];
  const key = pathKey('x');
  const state: IOpenState = {
    hasParts: true,
    isOpen: asked => asked === key || asked === 'group:data',
    parts: () => ({ children: [variable('[0]')], total: 201 })
  };
  const found = rows(grouped(some, EVERYTHING), state);
  expect(found.map(row => row.kind)).toEqual([
    'group',
    'global',
    'global',
    'more',
    'global'
  ]);
  expect(found[3]).toMatchObject({ left: 200, path: [], name: 'x' });
  expect(found[2]).toMatchObject({ level: 3, name: 'x', path: ['[0]'] });
});

test('what cannot be opened says so in its own row, and a variable that is gone has nothing to open', () => {
  const some = [
    variable('x', { has_children: true }),
    variable('z', { has_children: true, changed: 'gone' })
  ];
  const found = rows(grouped(some, EVERYTHING), {
    hasParts: true,
    isOpen: () => true,
    parts: () => ({ children: [], total: 0, trouble: 'No' })
  });
  expect(found.map(row => row.kind)).toEqual([
    'group',
    'global',
    'trouble',
    'global'
  ]);
  expect(found[3]).toMatchObject({ isOpen: null });
});

test('of the past nothing can be opened', () => {
  const found = rows(
    grouped([variable('x', { has_children: true })], EVERYTHING),
    { hasParts: false, isOpen: () => true, parts: () => undefined }
  );
  expect(found[1]).toMatchObject({ kind: 'global', isOpen: null });
});

test('ten thousand variables are filtered and sorted, the latest change first', () => {
  const many = Array.from({ length: 10_000 }, (_, n) =>
    variable(`variable_${(n * 7919) % 10_000}`, { by: n % 50, bytes: n })
  );
  const state: IOpenState = {
    hasParts: true,
    isOpen: () => true,
    parts: () => undefined
  };
  const found = rows(
    grouped(many, { ...EVERYTHING, pattern: '99$', sort: 'changed' }),
    state
  ).filter(row => row.kind === 'global');
  expect(found).toHaveLength(100);
  const changed = found.map(row => row.global.by ?? 0);
  expect(changed).toEqual([...changed].sort((a, b) => b - a));
});
