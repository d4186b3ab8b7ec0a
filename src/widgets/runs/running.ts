import type { IWidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import { consoleIcon } from '@jupyterlab/ui-components';
import { type ISignal, Signal } from '@lumino/signaling';
import { patinaIcon } from '../../icons';
import { statusWord } from '../../model/runwords';
import type { IPatinaClient, IRunView } from '../../tokens';
import type { PatinaPanel } from '../notebook/panel';
import { reported } from '../notebook/report';

/** The open notebooks with the runs that have a kernel, as the Running panel wants them. */
export class RunningRuns implements IRunningSessions.IManager {
  constructor(
    private readonly _tracker: IWidgetTracker<PatinaPanel>,
    private readonly _client: IPatinaClient,
    private readonly _trans: TranslationBundle,
    private readonly _activate: (panel: PatinaPanel) => void
  ) {
    this.name = _trans.__('Patina Runs');
    this.shutdownAllLabel = _trans.__('Stop All');
    this.shutdownLabel = _trans.__('Stop Kernel, Keep History');
    this.shutdownAllConfirmationText = _trans.__(
      'Stop the kernels of all runs? Their variables are lost; the timelines are kept.'
    );
    _tracker.widgetAdded.connect((_, panel) => this._follow(panel));
  }

  readonly name: string;
  readonly shutdownAllLabel: string;
  readonly shutdownLabel: string;
  readonly shutdownAllConfirmationText: string;
  readonly supportsMultipleViews = true;

  get runningChanged(): ISignal<this, void> {
    return this._runningChanged;
  }

  running(options: { mode: 'tree' | 'list' }): IRunningSessions.IRunningItem[] {
    const panels = this._panels().filter(panel => live(panel).length > 0);
    return options.mode === 'list'
      ? panels.flatMap(panel => this._runs(panel))
      : panels.map(panel => this._notebook(panel));
  }

  refreshRunning(): void {
    this._runningChanged.emit();
  }

  shutdownAll(): void {
    this._panels()
      .flatMap(live)
      .forEach(view => this._stop(view));
  }

  private _panels(): PatinaPanel[] {
    return this._tracker.filter(() => true);
  }

  private _notebook(panel: PatinaPanel): IRunningSessions.IRunningItem {
    const { path } = panel.context;
    return {
      label: () => PathExt.basename(path),
      labelTitle: () => path,
      context: path,
      icon: () => patinaIcon,
      open: () => this._activate(panel),
      children: this._runs(panel)
    };
  }

  private _runs(panel: PatinaPanel): IRunningSessions.IRunningItem[] {
    return live(panel).map(view => ({
      label: () => view.run.title,
      detail: () => statusWord(view.run.status, this._trans),
      labelTitle: () => `${panel.context.path}: ${view.run.title}`,
      context: view.id,
      icon: () => consoleIcon,
      open: () => {
        panel.content.currentRun = view.id;
        this._activate(panel);
      },
      shutdown: () => this._stop(view)
    }));
  }

  private _stop(view: IRunView): void {
    void reported(this._client.stop(view.id));
  }

  private _follow(panel: PatinaPanel): void {
    const changed = () => this._runningChanged.emit();
    const followed = new Set<IRunView>();
    panel.content.opened.connect((_, runs) => {
      const follow = () => {
        runs.runs
          .filter(view => !followed.has(view))
          .forEach(view => {
            followed.add(view);
            view.changed.connect(changed);
          });
        changed();
      };
      runs.runsChanged.connect(follow);
      follow();
    });
    panel.disposed.connect(changed);
  }

  private readonly _runningChanged = new Signal<this, void>(this);
}

/** The runs of a notebook that have a kernel. */
function live(panel: PatinaPanel): IRunView[] {
  return (panel.content.runs?.runs ?? []).filter(
    ({ run }) => run.kernel_id !== undefined
  );
}
