import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { PatinaClient } from '../services/client';
import { IPatinaClient } from '../tokens';

/** Requests to the Patina server. */
export const client: JupyterFrontEndPlugin<IPatinaClient> = {
  id: 'patina-lab:client',
  description: 'Sends requests to the Patina server.',
  autoStart: true,
  provides: IPatinaClient,
  requires: [ITranslator],
  activate: ({ serviceManager }, translator: ITranslator) =>
    new PatinaClient(
      serviceManager.serverSettings,
      translator.load('patina_lab')
    )
};
