import type { TranslationBundle } from '@jupyterlab/translation';
import type { IRunView } from '../tokens';
import type * as wire from '../wire';
import { RUN_SIGNS } from './cellwords';
import { askingCell } from './question';

/** What a run's status is called. */
export function statusWord(
  status: wire.RunStatus,
  trans: TranslationBundle
): string {
  const words: Record<wire.RunStatus, string> = {
    starting: trans.__('starting'),
    idle: trans.__('idle'),
    busy: trans.__('busy'),
    forking: trans.__('forking'),
    failed: trans.__('failed'),
    stopped: trans.__('stopped'),
    lost: trans.__('lost')
  };
  return words[status];
}

/** What a run does now; that it waits for a person goes before that it is busy. */
export function runWord(view: IRunView, trans: TranslationBundle): string {
  return askingCell(view)
    ? trans.__('asks for input')
    : statusWord(view.run.status, trans);
}

/** The sign of what a run does now. */
export function runSign(view: IRunView): string {
  return askingCell(view) ? '?' : RUN_SIGNS[view.run.status];
}

/** Whether a run has a kernel, or will have one in a moment. */
export function hasKernel({ status }: wire.Run): boolean {
  return ['starting', 'idle', 'busy', 'forking'].includes(status);
}
