import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import type { IWidgetTracker } from '@jupyterlab/apputils';
import type { DocumentWidget } from '@jupyterlab/docregistry';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { SplitPanel, Widget } from '@lumino/widgets';
import type * as wire from './wire';

/** Requests to the Patina server. Every method rejects with a `PatinaError` that says what to do. */
export interface IPatinaClient {
  info(): Promise<wire.Info>;
  /** The notebooks that the server has open, with their runs. */
  notebooks(): Promise<wire.Notebook[]>;
  notebookAt(path: string): Promise<wire.Notebook>;
  createNotebook(path: string, kernel: string): Promise<wire.Notebook>;
  /** A file as another of another format; rejects with 409 when there is one already. */
  convert(wanted: wire.Convert): Promise<wire.Converted>;
  /** Write a notebook's file, whatever is there now; that is kept beside. */
  writeOver(notebook: string): Promise<wire.Notebook>;
  newRun(notebook: string, options?: wire.NewRun): Promise<wire.Run>;
  execute(
    run: string,
    cells: wire.CellReference[]
  ): Promise<readonly wire.OutputCell[]>;
  /** Sends what it can through this line from now on, as long as it is there. */
  use(line: IRunsLine): void;
  input(run: string, outputCell: number, value: string): Promise<void>;
  interrupt(run: string): Promise<void>;
  restart(run: string): Promise<void>;
  stop(run: string): Promise<void>;
  rename(run: string, title: string): Promise<wire.Run>;
  deleteRun(run: string): Promise<void>;
  /** The bytes of a blob of this notebook; cached. */
  blob(notebook: string, hash: string): Promise<ArrayBuffer>;
  /** A new run with the live state of this one; resolves when it is there. */
  fork(run: string, options?: wire.ForkRun): Promise<wire.Run>;
  /** Back to the state before the latest execution, or before the one that ended the kernel. */
  undo(run: string): Promise<wire.Run>;
  /** Pin an output cell, or no longer. */
  pin(run: string, seq: number, pinned: boolean): Promise<wire.OutputCell>;
  /** Delete an output cell from the history, for everybody. */
  deleteOutput(run: string, seq: number): Promise<void>;
  /** Keep the latest so many output cells; the older ones go, unless somebody wants them. */
  freeSpace(run: string, keep: number): Promise<wire.FreedSpace>;
  save(run: string): Promise<wire.SaveReply>;
  load(run: string, options?: wire.LoadRun): Promise<wire.Run>;
  /** A kernel that starts with the live state of this one, whichever has no run. */
  forkKernel(kernel: string): Promise<wire.ForkedKernel>;
  /** The kernel back to the state before its last cell. */
  undoKernel(kernel: string): Promise<wire.UndoneKernel>;
  kernelGlobals(kernel: string): Promise<wire.Global[]>;
  kernelGlobal(
    kernel: string,
    name: string,
    page: IGlobalPage
  ): Promise<wire.GlobalPage>;
  /** The variables as they were after an output cell. */
  globalsAfter(run: string, seq: number): Promise<wire.Global[]>;
  /** Two runs of a notebook side by side, what differs first. */
  compare(left: string, right: string): Promise<wire.Comparison>;
  /** What differs in two runs, as an HTML file. */
  compareReport(left: string, right: string): Promise<ArrayBuffer>;
  /** A page of the output cells of a notebook that have all the words. */
  search(notebook: string, query: ISearchQuery): Promise<wire.SearchPage>;
  /** A variable, or the part of it that `path` leads to, and some of its parts. */
  global(
    run: string,
    name: string,
    page: IGlobalPage
  ): Promise<wire.GlobalPage>;
}

/** A connection to the server that is open already and carries requests about some runs. */
export interface IRunsLine {
  /** Null when it cannot carry this. Rejects with `SocketLost` when it broke before the answer. */
  execute(
    run: string,
    wanted: wire.Execute
  ): Promise<readonly wire.OutputCell[]> | null;
  readonly isDisposed: boolean;
}

/** Which parts of which part of a variable. */
export interface IGlobalPage {
  readonly path: readonly string[];
  readonly offset: number;
  readonly limit: number;
}

/** What is looked for in a history; what is empty narrows nothing. */
export interface ISearchQuery {
  readonly words: string;
  readonly place: wire.Place | '';
  readonly run: string;
  readonly cell: string;
  readonly status: wire.CellStatus | '';
  readonly pictures: boolean;
  readonly pinned: boolean;
  /** Where the page before ended. */
  readonly after?: string;
}

export type ConnectionState =
  'connecting' | 'connected' | 'reconnecting' | 'closed';

/** A read view of one run in the runs document. Values are snapshots; signals say when to look again. */
export interface IRunView {
  readonly id: string;
  /** The run's fields as the server last wrote them. */
  readonly run: wire.Run;
  /** The output cells, ordered by seq. */
  readonly seqs: readonly number[];
  cell(seq: number): wire.OutputCell | undefined;
  readonly globals: readonly wire.Global[];
  /** Fields other than cells and globals changed. */
  readonly changed: ISignal<IRunView, void>;
  /** Output cells were added, changed or removed. */
  readonly cellsChanged: ISignal<
    IRunView,
    { added: number[]; changed: number[]; removed: number[] }
  >;
  readonly globalsChanged: ISignal<IRunView, void>;
}

/** The runs document of one notebook, read-only. */
export interface IRunsModel extends IDisposable {
  readonly connection: ConnectionState;
  readonly connectionChanged: ISignal<IRunsModel, ConnectionState>;
  /** Resolves once the first state has arrived. */
  readonly ready: Promise<void>;
  readonly runs: readonly IRunView[];
  get(run: string): IRunView | undefined;
  readonly runsChanged: ISignal<IRunsModel, void>;
  /** What people have to know about the notebook's file. */
  readonly notices: readonly wire.SourceNotice[];
  readonly noticesChanged: ISignal<IRunsModel, void>;
  /** The state vector of the source document that the server has on disk, if it said one. */
  readonly saved: Uint8Array | null;
}

/** The body of a notebook panel: source on the left, the shown run on the right. */
export interface IPatinaBody extends SplitPanel {
  readonly notebookId: string | null;
  readonly runs: IRunsModel | null;
  /** The run whose timeline is shown. */
  currentRun: string | null;
  readonly currentRunChanged: ISignal<IPatinaBody, string | null>;
}

export type IPatinaPanel = DocumentWidget<IPatinaBody>;

export interface IPatinaTracker extends IWidgetTracker<IPatinaPanel> {}

/** Which cells of plain notebooks were undone, by the ids of their kernels and of the cells. */
export interface IUndoneMarks {
  /** What was kept has been read. */
  readonly ready: Promise<void>;
  of(kernel: string): readonly string[];
  set(kernel: string, cells: readonly string[]): void;
}

/** JupyterLab's own notebooks and consoles, as far as they have a Patina kernel. */
export interface IPlainNotebooks {
  /** The notebook or console that is, or last was, in front; of whatever kernel. */
  readonly front: Widget | null;
  /** The same, where it is a notebook. */
  readonly panel: NotebookPanel | null;
  /** Its kernel, where that is one of Patina's: a run view with hardly a timeline. */
  readonly kernel: IRunView | null;
  /** Look at its variables again. */
  refresh(): void;
  /** Mark what this request has executed as undone; false when that cannot be seen anywhere. */
  markUndone(request: string): boolean;
  /** It or its kernel is another one. */
  readonly changed: ISignal<IPlainNotebooks, void>;
  /** Whether this is the id of such a kernel, and not of a run. */
  has(kernel: string): boolean;
  /** The variables of such a kernel as they were after an execution. */
  globalsAfter(kernel: string, seq: number): readonly wire.Global[];
}

export const IPlainNotebooks = new Token<IPlainNotebooks>(
  'patina-lab:IPlainNotebooks',
  "JupyterLab's own notebooks and consoles with a Patina kernel."
);

export const IPatinaClient = new Token<IPatinaClient>(
  'patina-lab:IPatinaClient',
  'Requests to the Patina server.'
);

export const IPatinaTracker = new Token<IPatinaTracker>(
  'patina-lab:IPatinaTracker',
  'The open Patina notebooks.'
);
