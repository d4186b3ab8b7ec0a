import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** What the person at this page may do, as the server's authorizer says. */
export interface IRights {
  /** Edit sources, and write files. */
  readonly edit: boolean;
  /** Run code. */
  readonly run: boolean;
}

/** What is asked: the rights that the server asks for where notebooks are edited and run. */
const ASKED = {
  contents: ['write'],
  patina: ['write', 'execute'],
  kernels: ['execute']
};

type Permissions = Partial<Record<keyof typeof ASKED, readonly string[]>>;

/**
 * Asks the server once what this person may do.
 *
 * That is for the page only, which then offers nothing that would be refused; the server asks its
 * authorizer at each request. So a page that gets no answer offers everything.
 */
export async function fetchRights(
  settings: ServerConnection.ISettings
): Promise<IRights> {
  try {
    const query = URLExt.objectToQueryString({
      permissions: JSON.stringify(ASKED)
    });
    const url = URLExt.join(settings.baseUrl, 'api/me') + query;
    const reply = await ServerConnection.makeRequest(url, {}, settings);
    const { permissions } = (await reply.json()) as {
      permissions: Permissions;
    };
    const may = (resource: keyof typeof ASKED, action: string) =>
      permissions[resource]?.includes(action) ?? false;
    return {
      edit: may('contents', 'write') && may('patina', 'write'),
      run: may('patina', 'execute') && may('kernels', 'execute')
    };
  } catch {
    return { edit: true, run: true };
  }
}
