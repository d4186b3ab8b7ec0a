import type { TranslationBundle } from '@jupyterlab/translation';
import { said } from '../model/said';
import type * as wire from '../wire';

/** What went wrong with a request: what happened, why, and what to do. */
export class PatinaError extends Error implements wire.Problem {
  /** `status` is the HTTP status; 0 when no answer came. */
  constructor(
    readonly status: number,
    message: string,
    readonly reason: string,
    readonly hint: string
  ) {
    super(message);
    this.name = 'PatinaError';
  }

  /** The error that a reply tells of; a proxy's reply need not be in our shape. */
  static async of(
    response: Response,
    trans: TranslationBundle
  ): Promise<PatinaError> {
    const { status, statusText } = response;
    const problem = await readProblem(response);
    const message = problem.message ?? `${status} ${statusText}`;
    return PatinaError.told(status, { ...problem, message }, trans);
  }

  /** The error that the server tells of, in the page's language. */
  static told(
    status: number,
    problem: Partial<wire.Problem>,
    trans: TranslationBundle
  ): PatinaError {
    const text = (field: 'message' | 'reason' | 'hint') =>
      said(problem, field, trans);
    return new PatinaError(
      status,
      text('message') || String(status),
      text('reason'),
      text('hint')
    );
  }
}

async function readProblem(response: Response): Promise<Partial<wire.Problem>> {
  try {
    const value: unknown = await response.json();
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
