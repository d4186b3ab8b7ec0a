import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ICommandPalette,
  MainAreaWidget,
  Notification,
  type WidgetTracker
} from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { compareIcon } from '../icons';
import { counterpart } from '../model/comparison';
import { Baselines } from '../services/baselines';
import { IPatinaClient, IPatinaTracker, type IRunsModel } from '../tokens';
import {
  CompareView,
  type IComparisonHost
} from '../widgets/compare/compareview';
import type { PatinaPanel } from '../widgets/notebook/panel';
import type { NotebookSettings } from '../widgets/notebook/settings';
import { CellPlaces } from '../widgets/timeline/cellplaces';
import { OutputLoader } from '../widgets/timeline/loader';
import { describePictures } from '../widgets/timeline/picturealt';
import { PanelCommands } from './commands/panelcommands';
import { reveal } from './reveal';
import { followSettings } from './settings';

/** What all comparisons are shown with. */
interface ICompareServices {
  readonly app: JupyterFrontEnd;
  readonly client: IPatinaClient;
  readonly rendermime: IRenderMimeRegistry;
  readonly settings: NotebookSettings;
  readonly baselines: Baselines;
  readonly trans: TranslationBundle;
}

/** Two runs of a notebook side by side, in a tab of their own. */
export const compare: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:compare',
  description: 'Compares two runs of a Patina notebook.',
  autoStart: true,
  requires: [
    IPatinaClient,
    IPatinaTracker,
    IRenderMimeRegistry,
    ISettingRegistry,
    ITranslator
  ],
  optional: [ICommandPalette, IStateDB],
  activate: (
    app,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    rendermime: IRenderMimeRegistry,
    registry: ISettingRegistry,
    translator: ITranslator,
    palette: ICommandPalette | null,
    state: IStateDB | null
  ) => {
    const trans = translator.load('patina_lab');
    const settings = followSettings(registry);
    const baselines = new Baselines(state);
    const services = { app, client, rendermime, settings, baselines, trans };
    const commands = new PanelCommands(app, tracker, palette, trans);
    commands.add({
      id: 'set-baseline',
      label: trans.__('Set as Baseline'),
      caption: trans.__('Compare other runs with this one from now on'),
      unable: ({ shownRun: { view } }) =>
        view ? null : trans.__('There is no run yet'),
      isOn: ({ content, shownRun: { view } }) =>
        view !== null && baselines.of(content.notebookId ?? '') === view.id,
      execute: panel => setBaseline(panel, baselines, trans)
    });
    commands.add({
      id: 'compare-runs',
      label: trans.__('Compare Runs…'),
      caption: trans.__('Show this run beside another one'),
      icon: compareIcon,
      unable: ({ content }) =>
        (content.runs?.runs.length ?? 0) > 1
          ? null
          : trans.__('There is no other run'),
      execute: panel => open(panel, services)
    });
  }
};

/** Compare others with the shown run from now on; if that was so, no longer. */
async function setBaseline(
  { content: { notebookId }, shownRun: { view } }: PatinaPanel,
  baselines: Baselines,
  trans: TranslationBundle
): Promise<void> {
  const notebook = notebookId ?? '';
  if (!view) {
    return;
  }
  const wasBaseline = baselines.of(notebook) === view.id;
  await baselines.set(notebook, wasBaseline ? null : view.id);
  Notification.success(
    wasBaseline
      ? trans.__('%1 is the baseline no longer', view.run.title)
      : trans.__('Other runs are compared with %1 now', view.run.title),
    { autoClose: 3000 }
  );
}

function open(panel: PatinaPanel, services: ICompareServices): void {
  const { content, shownRun } = panel;
  const { runs, notebookId } = content;
  const run = shownRun.view?.run;
  const known = runs?.runs.map(view => view.run) ?? [];
  const baseline = services.baselines.of(notebookId ?? '');
  const other = run && counterpart(run, known, baseline);
  if (!run || !runs || !other) {
    return;
  }
  // What a fork was made from stands on the left, whichever of the two is shown.
  const isParent = runs.get(other)?.run.parent?.run === run.id;
  const [left, right] = isParent ? [run.id, other] : [other, run.id];
  const places = new CellPlaces(panel.model.cells);
  const view = new CompareView(
    host(panel, runs, places, services),
    left,
    right
  );
  const widget = new MainAreaWidget({ content: view });
  widget.id = `patina-compare-${counter++}`;
  widget.title.icon = compareIcon;
  widget.title.closable = true;
  const close = () => widget.dispose();
  panel.disposed.connect(close);
  widget.disposed.connect(() => {
    panel.disposed.disconnect(close);
    places.dispose();
  });
  services.app.shell.add(widget, 'main', {
    mode: 'tab-after',
    ref: panel.id,
    type: 'Patina Comparison'
  });
}

let counter = 1;

function host(
  panel: PatinaPanel,
  runs: IRunsModel,
  places: CellPlaces,
  services: ICompareServices
): IComparisonHost {
  const { app, client, settings, baselines, trans } = services;
  const notebook = panel.content.notebookId ?? '';
  const rendermime = services.rendermime.clone({
    resolver: panel.context.urlResolver
  });
  describePictures(rendermime, trans);
  return {
    client,
    runs,
    trans,
    rendermime,
    loader: new OutputLoader(
      hash => client.blob(notebook, hash),
      rendermime,
      trans
    ),
    options: {
      onlyDifferences: settings.onlyDifferences,
      code: true,
      outputs: true,
      globals: true
    },
    get maxBytes() {
      return settings.maxOutputBytes;
    },
    isTrusted: cell => panel.trust?.allows(cell.id) ?? false,
    placeOf: cell => places.of(cell),
    go: (run, seq) => reveal(app, panel, seq, run),
    baseline: () => baselines.of(notebook),
    save: (content, left, right) => {
      const titles = [left, right].map(id => runs.get(id)?.run.title ?? '');
      const name = PathExt.basename(panel.context.localPath, '.tsnb');
      download(content, `${name}, ${titles.join(' and ')}.html`);
    }
  };
}

function download(content: ArrayBuffer, name: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/[/\\]/g, '-');
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
