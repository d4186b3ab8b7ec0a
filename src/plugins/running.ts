import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ITranslator } from '@jupyterlab/translation';
import { IPatinaClient, IPatinaTracker } from '../tokens';
import { PatinaPanel } from '../widgets/notebook/panel';
import { RunningRuns } from '../widgets/runs/running';

/** The Running panel: notebooks that are open here, and their runs. */
export const running: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:running',
  description: 'Lists the runs of Patina notebooks in the Running panel.',
  autoStart: true,
  requires: [
    IPatinaClient,
    IPatinaTracker,
    IDocumentManager,
    IRunningSessionManagers,
    ITranslator
  ],
  activate: (
    _,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    documents: IDocumentManager,
    managers: IRunningSessionManagers,
    translator: ITranslator
  ) => {
    const trans = translator.load('patina_lab');
    const open = (path: string) => {
      const widget = documents.openOrReveal(path);
      return widget instanceof PatinaPanel ? widget : null;
    };
    managers.add(new RunningRuns(tracker, client, trans, open));
  }
};
