import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';
import { UndoneMarks } from '../services/undonemarks';
import { IPatinaClient, IPlainNotebooks } from '../tokens';
import { PlainNotebooks } from '../widgets/notebook/plainnotebooks';

/** Which of JupyterLab's own notebooks and consoles have a Patina kernel. */
export const plainNotebooks: JupyterFrontEndPlugin<IPlainNotebooks> = {
  id: 'patina-lab:plain-notebooks',
  description: 'Follows plain notebooks and consoles with a Patina kernel.',
  autoStart: true,
  provides: IPlainNotebooks,
  requires: [IPatinaClient, ITranslator],
  optional: [IStateDB],
  activate: (
    { serviceManager, shell },
    client: IPatinaClient,
    translator: ITranslator,
    state: IStateDB | null
  ) =>
    new PlainNotebooks(
      client,
      shell,
      serviceManager.kernelspecs,
      new UndoneMarks(state),
      translator.load('patina_lab')
    )
};
