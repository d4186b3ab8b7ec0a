import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { unableToForkAfter } from '../../model/abilities';
import { Arranging } from '../../model/arranging';
import { type CellMark, lifeAfter, markOf } from '../../model/marks';
import type { Trust } from '../../model/trust';
import type { IPatinaClient, IRunsModel } from '../../tokens';
import type * as wire from '../../wire';
import type { PatinaPanel } from '../notebook/panel';
import { connectWidgets } from '../notebook/jupyterwidgets';
import { continueSaved } from '../notebook/continuesaved';
import { KernelOffer } from '../notebook/kerneloffer';
import { LiveState } from '../notebook/livestate';
import { reported } from '../notebook/report';
import { restoreCode, sourceOf } from '../notebook/restore';
import type { NotebookSettings } from '../notebook/settings';
import { CellPlaces } from './cellplaces';
import { forkActions } from './forkactions';
import { OutputLoader } from './loader';
import { describePictures } from './picturealt';
import { NoticePlace } from './noticeplace';
import type { IRunActions } from './runnotices';
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
  const arranging = new Arranging(services.settings);
  const timeline = host(panel, runs, trust, places, arranging, services);
  const pane: RunPanel = new RunPanel(
    content,
    runs,
    services.trans,
    timeline,
    actions(panel, services, {
      changed: () => pane.refreshContexts(),
      answer: seq => pane.answer(seq)
    })
  );
  // In the panel, not in the pane: a screen reader hears nothing of what is hidden.
  panel.node.append(pane.announcer.node);
  const place = new NoticePlace(panel, pane, services.trans);
  const refresh = () => pane.refresh(null);
  const mark = () =>
    pane.markCell(content.notebook.activeCell?.model.id ?? null);
  const markBack = (_: unknown, cell: string | null) =>
    content.notebook.widgets.forEach(widget =>
      widget.toggleClass('jp-mod-linked', widget.model.id === cell)
    );
  const contexts = () => pane.refreshContexts();
  panel.access.changed.connect(contexts);
  const live = content.cellRuns
    ? new LiveState(panel, runs, content.cellRuns, services.client)
    : null;
  panel.live = live;
  live?.marks.changed.connect(contexts);
  live?.source.changed.connect((_, cells) => pane.refreshDiffs(cells));
  live?.forking.troubleChanged.connect(forking => {
    pane.trouble = forking.trouble;
  });
  runs.runsChanged.connect(pane.refreshAncestry, pane);
  places.changed.connect(refresh);
  const retrust = (_: Trust, cells: ReadonlySet<string> | null) =>
    pane.refresh(cells);
  trust.changed.connect(retrust);
  services.settings.changed.connect(refresh);
  content.notebook.activeCellChanged.connect(mark);
  pane.focusedCellChanged.connect(markBack);
  pane.disposed.connect(() => {
    services.settings.changed.disconnect(refresh);
    panel.access.changed.disconnect(contexts);
    trust.changed.disconnect(retrust);
    content.notebook.activeCellChanged.disconnect(mark);
    runs.runsChanged.disconnect(pane.refreshAncestry, pane);
    live?.dispose();
    places.dispose();
    arranging.dispose();
  });
  const widgets = connectWidgets(panel.kernelLink, timeline.rendermime, pane);
  const offer = new KernelOffer(
    panel.execution,
    runs,
    services.client,
    services.trans
  );
  pane.disposed.connect(() => {
    widgets.dispose();
    offer.dispose();
    place.dispose();
  });
  mark();
  return pane;
}

/** An output cell is of the present code and state, or it is said that it is not. */
function mark(
  { content, live }: PatinaPanel,
  cell: wire.OutputCell
): CellMark | null {
  const run = content.currentRun ?? '';
  if (content.cellRuns?.ran(run, cell.cell)?.output.seq === cell.seq) {
    return live?.marks.of(cell.cell) ?? null;
  }
  const view = content.runs?.get(run);
  return view
    ? markOf(cell, { hash: null, life: lifeAfter(view, cell) })
    : null;
}

function host(
  panel: PatinaPanel,
  runs: IRunsModel,
  trust: Trust,
  places: CellPlaces,
  arranging: Arranging,
  { client, rendermime, settings, trans, me }: IRunPanelServices
): ITimelineHost {
  const { content, context } = panel;
  const own = rendermime.clone({ resolver: context.urlResolver });
  describePictures(own, trans);
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
    runs,
    arranging,
    showRun: run => (content.currentRun = run),
    markOf: cell => mark(panel, cell),
    unableToFork: ({ run, cell }) => {
      const view = runs.get(run);
      return (
        panel.access.unableToRun ??
        (view ? unableToForkAfter(view, cell, trans) : null)
      );
    },
    fork: ({ run, cell }) =>
      void panel.live?.forking.fork(run, { after_seq: cell.seq }),
    pin: ({ run, cell }) =>
      void reported(client.pin(run, cell.seq, !cell.pinned)),
    sourceOf: cell => sourceOf(panel, cell),
    restore: cell => restoreCode(panel, cell),
    placeOf: cell => places.of(cell),
    isTrusted: cell => trust.allows(cell.id),
    askedBy: name => (name === '' || name === me() ? null : name),
    isAwaited: cell =>
      trust.isOwn(cell.id) && panel.node.contains(document.activeElement),
    get unableToAnswer() {
      return panel.access.unableToRun;
    },
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
  { client, trans }: IRunPanelServices,
  pane: Pick<RunPanel, 'answer'> & { changed(): void }
): IRunActions {
  const { content } = panel;
  return {
    ...forkActions(panel, () => pane.changed()),
    undo: run => void reported(client.undo(run)),
    restart: run => void reported(client.restart(run)),
    continueSaved: run => void reported(continueSaved(client, run, trans)),
    stop: run => void reported(client.stop(run)),
    newRun: () => void panel.execution.newRun(),
    answer: seq => {
      content.halves.showTimeline();
      pane.answer(seq);
    },
    showTimeline: () => {
      content.halves.showTimeline();
      content.runPane?.activate();
    },
    focusNotebook: () => {
      content.notebook.mode = 'command';
      content.activate();
    }
  };
}
