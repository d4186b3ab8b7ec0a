import { Notification } from '@jupyterlab/apputils';
import type * as wire from '../../wire';

/** How long an error stays in view, in milliseconds; it is kept in the notification centre. */
const SHOWN = 15_000;

/** Tell the person what failed, why, and what to do. */
export function report(error: unknown): void {
  const { hint = '', reason = '' } = error as Partial<wire.Problem>;
  const message = error instanceof Error ? error.message : String(error);
  Notification.error([message, hint || reason].filter(Boolean).join('\n'), {
    autoClose: SHOWN
  });
}

/** The result of a request that a person made; when it fails they are told. */
export async function reported<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    report(error);
    return null;
  }
}
