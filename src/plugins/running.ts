import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ITranslator } from '@jupyterlab/translation';
import { IPatinaClient, IPatinaTracker } from '../tokens';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { RunningRuns } from '../widgets/runs/running';

/** The Running panel: notebooks that are open here, and their runs. */
export const running: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:running',
  description: 'Lists the runs of Patina notebooks in the Running panel.',
  autoStart: true,
  requires: [
    IPatinaClient,
    IPatinaTracker,
    IRunningSessionManagers,
    ITranslator
  ],
  activate: (
    app,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    managers: IRunningSessionManagers,
    translator: ITranslator
  ) => {
    const trans = translator.load('patina_lab');
    const activate = (panel: PatinaPanel) => app.shell.activateById(panel.id);
    managers.add(new RunningRuns(tracker, client, trans, activate));
  }
};
