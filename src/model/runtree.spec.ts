import { nullTranslator } from '@jupyterlab/translation';
import { expect, test } from 'vitest';
import type * as wire from '../wire';
import { forkTree, type IRunNode, runDetail } from './runtree';

function run(id: string, parent?: string): wire.Run {
  return {
    id,
    parent: parent ? { run: parent, seq: 1 } : undefined
  } as wire.Run;
}

function shape(nodes: readonly IRunNode[]): unknown[] {
  return nodes.map(({ run, children }) =>
    children.length > 0 ? [run.id, shape(children)] : run.id
  );
}

test('forks of forks stand below what they came from', () => {
  const runs = [
    run('a'),
    run('b', 'a'),
    run('c', 'b'),
    run('d', 'a'),
    run('e')
  ];
  expect(shape(forkTree(runs))).toEqual([['a', [['b', ['c']], 'd']], 'e']);
});

test('a fork of a run that was deleted stands at the top', () => {
  expect(shape(forkTree([run('b', 'gone'), run('c', 'b')]))).toEqual([
    ['b', ['c']]
  ]);
});

test('runs that name each other as parents are each shown once', () => {
  expect(shape(forkTree([run('a', 'b'), run('b', 'a')]))).toEqual([
    ['a', ['b']]
  ]);
});

test('a run in short says what it does, in the word that is given', () => {
  const trans = nullTranslator.load('patina_lab');
  const fork = run('b', 'a');
  expect(runDetail(fork, 'asks for input', 1, trans)).toBe(
    'forked after #1 · asks for input · 1 output'
  );
});
