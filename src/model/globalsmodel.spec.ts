import { Signal } from '@lumino/signaling';
import { expect, test } from 'vitest';
import type { IPatinaClient, IRunView } from '../tokens';
import type * as wire from '../wire';
import { GlobalsModel } from './globalsmodel';

/** A run whose variables are what `set` says last. */
function run() {
  let globals: wire.Global[] = [];
  const view = {
    id: 'run',
    get globals() {
      return globals;
    }
  } as unknown as IRunView;
  const globalsChanged = new Signal<IRunView, void>(view);
  Object.assign(view, { globalsChanged });
  const set = (names: readonly string[], summary: string) => {
    globals = names.map(name => ({
      name,
      summary,
      type: 'int',
      kind: 'data',
      has_children: false
    }));
    globalsChanged.emit();
  };
  return { view, set };
}

test('what a cell changed is highlighted for a moment, unless a person does not want that', () => {
  const model = new GlobalsModel({} as IPatinaClient);
  const { view, set } = run();
  set(['a', 'b'], '1');
  model.showRun(view);
  expect(model.isFresh('a')).toBe(false);
  set(['a', 'b', 'c'], '1');
  expect(['a', 'c'].map(name => model.isFresh(name))).toEqual([false, true]);
  model.isHighlighting = false;
  expect(model.isFresh('c')).toBe(false);
  model.dispose();
});
