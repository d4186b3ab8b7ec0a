import { nullTranslator } from '@jupyterlab/translation';
import { expect, test } from 'vitest';
import type { IRunView } from '../../tokens';
import type * as wire from '../../wire';
import { type IRunActions, RunNotices } from './runnotices';

const CRASHED = {
  id: 'run',
  title: 'Run 2',
  status: 'failed',
  parent: { run: 'first', seq: 1 },
  crash: { reason: 'signal 11', seq: 2 },
  report: [{ what: 'A lock came back open' }]
} as unknown as wire.Run;

function told(run: wire.Run) {
  const actions = { isReportDismissed: () => false } as unknown as IRunActions;
  const notices = new RunNotices(
    nullTranslator.load('patina_lab'),
    actions
  ).beside({
    view: { id: run.id, run } as IRunView,
    connection: 'reconnecting',
    trouble: null
  });
  return notices.map(({ kind, actions }) => ({
    kind,
    labels: actions.map(([label]) => label)
  }));
}

test('a crash is told first, and going on with the variables is offered first', () => {
  const [crash, ...others] = told(CRASHED);
  expect(crash.kind).toBe('failed');
  expect(crash.labels).toEqual([
    'Go on from before this cell (#2)',
    'Restart',
    'New Run'
  ]);
  expect(others.map(({ kind }) => kind)).toEqual(['reconnecting', 'report']);
});

test('of a run that starts is told what it does, before what its fork could not carry', () => {
  const starting = { ...CRASHED, status: 'starting', crash: undefined };
  expect(told(starting as wire.Run).map(({ kind }) => kind)).toEqual([
    'starting',
    'reconnecting',
    'report'
  ]);
});
