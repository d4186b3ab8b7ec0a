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
  static async of(response: Response): Promise<PatinaError> {
    const problem = await readProblem(response);
    return new PatinaError(
      response.status,
      problem.message ?? `${response.status} ${response.statusText}`,
      problem.reason ?? '',
      problem.hint ?? ''
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
