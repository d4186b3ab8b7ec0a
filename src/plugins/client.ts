import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PatinaClient } from '../services/client';
import { IPatinaClient } from '../tokens';

/** Requests to the Patina server. */
export const client: JupyterFrontEndPlugin<IPatinaClient> = {
  id: 'patina-lab:client',
  description: 'Sends requests to the Patina server.',
  autoStart: true,
  provides: IPatinaClient,
  activate: app => new PatinaClient(app.serviceManager.serverSettings)
};
