import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Trust } from '../../model/trust';
import type { IPatinaClient, IRunsModel } from '../../tokens';
import type { PatinaPanel } from '../notebook/panel';
import { connectWidgets } from '../notebook/jupyterwidgets';
import { KernelOffer } from '../notebook/kerneloffer';
import { reported } from '../notebook/report';
import type { NotebookSettings } from '../notebook/settings';
import { CellPlaces } from './cellplaces';
import { OutputLoader } from './loader';
import type { IRunActions } from './runnotice';
import { RunPanel } from './runpanel';
import type { ITimelineHost } from './timeline';

/** What all notebooks' runs are shown with. */
export interface IRunPanelServices {
  readonly client: IPatinaClient;
  readonly rendermime: IRenderMimeRegistry;
  readonly settings: NotebookSettings;
  readonly trans: TranslationBundle;
  /** The person at this page, as the server names who asked for an output cell. */
  readonly me: () => string | null;
}

/** Makes the right side of a notebook, and links it with the left. */
export function mountRuns(
  panel: PatinaPanel,
  runs: IRunsModel,
  trust: Trust,
  services: IRunPanelServices
): RunPanel {
  const { content } = panel;
  const places = new CellPlaces(panel.model.cells);
  const timeline = host(panel, trust, places, services);
  const pane = new RunPanel(
    content,
    runs,
    services.trans,
    timeline,
    actions(panel, services)
  );
  const refresh = () => pane.refresh();
  const mark = () =>
    pane.markCell(content.notebook.activeCell?.model.id ?? null);
  const markBack = (_: unknown, cell: string | null) =>
    content.notebook.widgets.forEach(widget =>
      widget.toggleClass('jp-mod-linked', widget.model.id === cell)
    );
  places.changed.connect(refresh);
  trust.changed.connect(refresh);
  services.settings.changed.connect(refresh);
  content.notebook.activeCellChanged.connect(mark);
  pane.focusedCellChanged.connect(markBack);
  pane.disposed.connect(() => {
    services.settings.changed.disconnect(refresh);
    trust.changed.disconnect(refresh);
    content.notebook.activeCellChanged.disconnect(mark);
    places.dispose();
  });
  const widgets = connectWidgets(panel.kernelLink, timeline.rendermime);
  const offer = new KernelOffer(panel.execution, services.trans);
  pane.disposed.connect(() => {
    widgets.dispose();
    offer.dispose();
  });
  mark();
  return pane;
}

function host(
  panel: PatinaPanel,
  trust: Trust,
  places: CellPlaces,
  { client, rendermime, settings, trans, me }: IRunPanelServices
): ITimelineHost {
  const { content, context } = panel;
  const own = rendermime.clone({ resolver: context.urlResolver });
  const notebook = content.notebookId ?? '';
  return {
    rendermime: own,
    trans,
    loader: new OutputLoader(hash => client.blob(notebook, hash), own, trans),
    get maxBytes() {
      return settings.maxOutputBytes;
    },
    get renderedOutputs() {
      return settings.renderedOutputs;
    },
    get showHints() {
      return settings.showHints;
    },
    get follow() {
      return settings.follow;
    },
    placeOf: cell => places.of(cell),
    isTrusted: cell => trust.allows(cell.id),
    askedBy: name => (name === '' || name === me() ? null : name),
    goToCode: cell => content.goToCode(cell),
    answer: async (seq, value) => {
      const run = content.currentRun ?? '';
      const sent = client.input(run, seq, value).then(() => true);
      return (await reported(sent)) ?? false;
    }
  };
}

function actions(
  panel: PatinaPanel,
  { client }: IRunPanelServices
): IRunActions {
  return {
    restart: run => void reported(client.restart(run)),
    stop: run => void reported(client.stop(run)),
    newRun: () => void panel.execution.newRun()
  };
}
