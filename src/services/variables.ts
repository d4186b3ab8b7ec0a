import type { IPatinaClient, IPlainNotebooks } from '../tokens';

/** Requests for variables, of a run or of a kernel without one: whichever has the id. */
export type VariableRequests = Pick<IPatinaClient, 'global' | 'globalsAfter'>;

/** The requests, each sent to where the owner of the variables is known. */
export function variableRequests(
  client: IPatinaClient,
  plain: IPlainNotebooks | null
): VariableRequests {
  return {
    global: (owner, name, page) =>
      plain?.has(owner)
        ? client.kernelGlobal(owner, name, page)
        : client.global(owner, name, page),
    globalsAfter: async (owner, seq) =>
      plain?.has(owner)
        ? [...plain.globalsAfter(owner, seq)]
        : client.globalsAfter(owner, seq)
  };
}
