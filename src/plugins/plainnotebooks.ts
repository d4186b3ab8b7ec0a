import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IPatinaClient, IPlainNotebooks } from '../tokens';
import { PlainNotebooks } from '../widgets/notebook/plainnotebooks';

/** Which of JupyterLab's own notebooks have a Patina kernel. */
export const plainNotebooks: JupyterFrontEndPlugin<IPlainNotebooks> = {
  id: 'patina-lab:plain-notebooks',
  description: 'Follows plain notebooks with a Patina kernel.',
  autoStart: true,
  provides: IPlainNotebooks,
  requires: [IPatinaClient, INotebookTracker],
  activate: (
    { serviceManager },
    client: IPatinaClient,
    tracker: INotebookTracker
  ) => new PlainNotebooks(client, tracker, serviceManager.kernelspecs)
};
