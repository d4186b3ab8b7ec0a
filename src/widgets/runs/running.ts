import type { IWidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import { consoleIcon } from '@jupyterlab/ui-components';
import { type ISignal, Signal } from '@lumino/signaling';
import { patinaIcon } from '../../icons';
import { askingCell } from '../../model/question';
import { forkTree, type IRunNode, runDetail } from '../../model/runtree';
import { runWord, statusWord } from '../../model/runwords';
import type { IPatinaClient, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { PatinaPanel } from '../notebook/panel';
import { reported } from '../notebook/report';

/** A notebook with runs that have a kernel, open in this page or at the server only. */
interface ILiveNotebook {
  readonly path: string;
  readonly runs: readonly wire.Run[];
  /** What a run does now. */
  word(run: wire.Run): string;
  /** Open it here, or bring it to the front; with a run, show that. */
  open(run?: wire.Run): Promise<void>;
}

/** Opens the notebook with this path, or brings it to the front. */
export type OpenNotebook = (path: string) => PatinaPanel | null;

/**
 * The notebooks whose runs have a kernel, as the Running panel wants them.
 *
 * Those that are open here are told of as they change; the others, whose runs go on with no page
 * open, are asked for when the panel is refreshed.
 */
export class RunningRuns implements IRunningSessions.IManager {
  constructor(
    private readonly _tracker: IWidgetTracker<PatinaPanel>,
    private readonly _client: IPatinaClient,
    private readonly _trans: TranslationBundle,
    private readonly _open: OpenNotebook
  ) {
    this.name = this._trans.__('Patina Runs');
    this.shutdownAllLabel = this._trans.__('Stop All');
    this.shutdownLabel = this._trans.__('Stop Kernel, Keep History');
    this.shutdownAllConfirmationText = this._trans.__(
      'Stop the kernels of all runs? Their variables are lost; the timelines are kept.'
    );
    _tracker.widgetAdded.connect((_, panel) => this._follow(panel));
    this.refreshRunning();
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
    const notebooks = this._notebooks();
    return options.mode === 'list'
      ? notebooks.flatMap(notebook =>
          notebook.runs.map(run => this._run(notebook, { run, children: [] }))
        )
      : notebooks.map(notebook => this._notebook(notebook));
  }

  refreshRunning(): void {
    void this._ask();
  }

  shutdownAll(): void {
    this._notebooks()
      .flatMap(({ runs }) => runs)
      .forEach(run => this._stop(run));
  }

  /** A server that does not answer leaves the list as it is; the page tells of it elsewhere. */
  private async _ask(): Promise<void> {
    try {
      this._atServer = await this._client.notebooks();
    } catch {
      return;
    }
    this._runningChanged.emit();
  }

  private _notebooks(): ILiveNotebook[] {
    const panels = this._tracker.filter(({ content }) => content.runs !== null);
    const here = new Set(panels.map(({ content }) => content.notebookId));
    return [
      ...panels.map(panel => this._here(panel)),
      ...this._atServer
        .filter(({ id }) => !here.has(id))
        .map(notebook => this._elsewhere(notebook))
    ].filter(({ runs }) => runs.length > 0);
  }

  private _here(panel: PatinaPanel): ILiveNotebook {
    const { path } = panel.context;
    return {
      path,
      runs: live((panel.content.runs?.runs ?? []).map(({ run }) => run)),
      word: run => {
        const view = panel.content.runs?.get(run.id);
        return view ? runWord(view, this._trans) : this._status(run);
      },
      open: run => this._show(path, run)
    };
  }

  private _elsewhere({ path, runs }: wire.Notebook): ILiveNotebook {
    return {
      path,
      runs: live(runs),
      word: run => this._status(run),
      open: run => this._show(path, run)
    };
  }

  private _status({ status }: wire.Run): string {
    return statusWord(status, this._trans);
  }

  private async _show(path: string, run?: wire.Run): Promise<void> {
    const panel = this._open(path);
    await panel?.context.ready;
    if (panel && run) {
      await panel.content.runs?.ready;
      panel.content.currentRun = run.id;
    }
  }

  private _notebook(notebook: ILiveNotebook): IRunningSessions.IRunningItem {
    const { path } = notebook;
    return {
      label: () => PathExt.basename(path),
      labelTitle: () => path,
      context: path,
      icon: () => patinaIcon,
      open: () => void notebook.open(),
      children: this._runs(notebook)
    };
  }

  private _runs(notebook: ILiveNotebook): IRunningSessions.IRunningItem[] {
    return forkTree(notebook.runs).map(node => this._run(notebook, node));
  }

  private _run(
    notebook: ILiveNotebook,
    { run, children }: IRunNode
  ): IRunningSessions.IRunningItem {
    // A fork counts on from where its parent was.
    const outputs = run.last_seq - (run.parent?.seq ?? 0);
    return {
      label: () => run.title,
      detail: () => runDetail(run, notebook.word(run), outputs, this._trans),
      labelTitle: () => `${notebook.path}: ${run.title}`,
      context: run.id,
      icon: () => consoleIcon,
      open: () => void notebook.open(run),
      shutdown: () => this._stop(run),
      ...(children.length > 0
        ? { children: children.map(child => this._run(notebook, child)) }
        : {})
    };
  }

  private _stop(run: wire.Run): void {
    void reported(this._client.stop(run.id)).then(() => this._ask());
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
            onceAsking(view, changed);
          });
        changed();
      };
      runs.runsChanged.connect(follow);
      follow();
    });
    // Its runs go on at the server.
    panel.disposed.connect(() => this.refreshRunning());
  }

  private _atServer: readonly wire.Notebook[] = [];
  private readonly _runningChanged = new Signal<this, void>(this);
}

/** Tell when a cell of a run begins to ask, or no longer does; what it prints is no news here. */
function onceAsking(view: IRunView, tell: () => void): void {
  let asked = askingCell(view);
  view.cellsChanged.connect(() => {
    const asks = askingCell(view);
    if ((asks === null) !== (asked === null)) {
      tell();
    }
    asked = asks;
  });
}

/** Those that have a kernel. */
function live(runs: readonly wire.Run[]): wire.Run[] {
  return runs.filter(run => run.kernel_id !== undefined);
}
