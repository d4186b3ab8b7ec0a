import type { TranslationBundle } from '@jupyterlab/translation';
import { reportLine } from '../../model/said';
import type { IRunView } from '../../tokens';
import type { IForkTrouble } from '../notebook/forking';
import type { INotice } from './runnotices';

/** What can be done about forks. */
export interface IForkActions {
  retryFork(): void;
  dismissTrouble(): void;
  /** A new run, in which all cells above the active one are run. */
  startOver(): void;
  dismissReport(run: string): void;
  isReportDismissed(run: string): boolean;
}

/** A fork that did not come about: why, and what to do instead. */
export function troubleNotice(
  { error }: IForkTrouble,
  trans: TranslationBundle,
  actions: IForkActions
): INotice {
  const { reason = '', hint = '' } = error as {
    reason?: string;
    hint?: string;
  };
  return {
    role: 'alert',
    kind: 'fork-failed',
    message: trans.__('The fork failed: %1', error.message),
    details: [reason, hint].filter(Boolean),
    actions: [
      [trans.__('Retry'), () => actions.retryFork()],
      [trans.__('New Run + Run All Above'), () => actions.startOver()],
      [trans.__('Dismiss'), () => actions.dismissTrouble()]
    ]
  };
}

/** What a fork or a loaded state could not carry exactly; none when it could all. */
export function reportNotices(
  { run }: IRunView,
  trans: TranslationBundle,
  actions: IForkActions
): INotice[] {
  const report = run.report ?? [];
  if (report.length === 0 || actions.isReportDismissed(run.id)) {
    return [];
  }
  const message = run.parent
    ? trans._n(
        'One thing is not exactly as in the run it was forked from',
        '%1 things are not exactly as in the run it was forked from',
        report.length
      )
    : trans._n(
        'One thing did not come back as it was',
        '%1 things did not come back as they were',
        report.length
      );
  return [
    {
      role: 'status',
      kind: 'report',
      message,
      details: [],
      lines: report.map(line => reportLine(line, trans)),
      actions: [[trans.__('Dismiss'), () => actions.dismissReport(run.id)]]
    }
  ];
}
