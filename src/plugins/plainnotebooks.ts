import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { IPatinaClient, IPlainNotebooks } from '../tokens';
import { PlainNotebooks } from '../widgets/notebook/plainnotebooks';

/** Which of JupyterLab's own notebooks and consoles have a Patina kernel. */
export const plainNotebooks: JupyterFrontEndPlugin<IPlainNotebooks> = {
  id: 'patina-lab:plain-notebooks',
  description: 'Follows plain notebooks and consoles with a Patina kernel.',
  autoStart: true,
  provides: IPlainNotebooks,
  requires: [IPatinaClient, ITranslator],
  activate: (
    { serviceManager, shell },
    client: IPatinaClient,
    translator: ITranslator
  ) =>
    new PlainNotebooks(
      client,
      shell,
      serviceManager.kernelspecs,
      translator.load('patina_lab')
    )
};
