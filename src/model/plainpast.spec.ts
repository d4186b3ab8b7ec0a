import { describe, expect, it } from 'vitest';
import type * as wire from '../wire';
import { PlainPast } from './plainpast';

const global = (
  name: string,
  summary: string,
  changed?: wire.GlobalChange
): wire.Global => ({
  name,
  type: 'int',
  kind: 'data',
  summary,
  has_children: false,
  changed
});

const told = (globals: readonly wire.Global[]) =>
  globals.map(({ name, summary, by }) => `${name}=${summary} by ${by}`);

const changes = (globals: readonly wire.Global[]) =>
  globals
    .filter(({ changed }) => changed)
    .map(({ name, changed }) => `${name} ${changed}`);

describe('the variables of a kernel without a run after each execution', () => {
  it('are what was known before with what a cell changed', () => {
    const past = new PlainPast();
    past.look([global('a', '1'), global('b', '1')]);
    past.tell(5, [global('a', '2', 'rebound'), global('c', '1', 'new')]);
    past.tell(6, [global('b', '1', 'gone')]);
    expect(past.seqs).toEqual([5, 6]);
    expect(told(past.after(5))).toEqual([
      'a=2 by 5',
      'b=1 by undefined',
      'c=1 by 5'
    ]);
    expect(told(past.after(6))).toEqual(['a=2 by 5', 'c=1 by 5']);
  });

  it('are known of a cell that changed nothing, and changed by what is told late', () => {
    const past = new PlainPast();
    past.tell(1, [global('a', '1', 'new')]);
    past.end(1);
    past.end(2);
    past.end(3);
    expect(told(past.after(2))).toEqual(['a=1 by 1']);
    past.tell(3, [global('a', '2', 'rebound')]);
    expect(told(past.after(3))).toEqual(['a=2 by 3']);
    expect(told(past.after(2))).toEqual(['a=1 by 1']);
  });

  it('go on from what the kernel is found to have, as after an undo', () => {
    const past = new PlainPast();
    past.tell(1, [global('a', '1', 'new'), global('b', '1', 'new')]);
    past.tell(2, [global('a', '2', 'rebound')]);
    past.undo();
    const found = past.look([global('a', '1'), global('b', '1')]);
    expect(told(found)).toEqual(['a=1 by undefined', 'b=1 by 1']);
    past.end(3);
    expect(told(past.after(3))).toEqual(told(found));
  });

  it('say what the latest execution changed, and nothing of those before', () => {
    const past = new PlainPast();
    expect(changes(past.look([global('a', '1')]))).toEqual([]);
    past.end(1);
    past.tell(1, [global('a', '2', 'rebound'), global('b', '1', 'new')]);
    const rows = [global('a', '2'), global('b', '1')];
    expect(changes(past.look(rows))).toEqual(['a rebound', 'b new']);
    past.end(2);
    past.tell(2, [global('b', '1', 'gone')]);
    expect(changes(past.look([global('a', '2')]))).toEqual(['b gone']);
    past.end(3);
    expect(changes(past.look([global('a', '2')]))).toEqual([]);
  });

  it('say what an undo changed, also where the kernel counts anew from there', () => {
    const past = new PlainPast();
    past.tell(1, [global('a', '1', 'new'), global('b', '1', 'new')]);
    past.tell(2, [
      global('a', '2', 'rebound'),
      global('b', '1', 'gone'),
      global('c', '1', 'new')
    ]);
    past.undo();
    const rows = [global('a', '1'), global('b', '1')];
    expect(changes(past.look(rows))).toEqual(['a rebound', 'b new', 'c gone']);
    expect(changes(past.look(rows))).toEqual(['a rebound', 'b new', 'c gone']);
    past.end(2);
    expect(changes(past.look(rows))).toEqual([]);
  });

  it('are kept of the latest hundred, and of none once the kernel is another', () => {
    const past = new PlainPast();
    for (let seq = 1; seq <= 120; seq++) {
      past.end(seq);
    }
    expect(past.seqs[0]).toBe(21);
    expect(past.seqs).toHaveLength(100);
    past.clear();
    expect(past.seqs).toEqual([]);
    expect(past.after(50)).toEqual([]);
  });
});
