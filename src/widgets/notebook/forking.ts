import { type ISignal, Signal } from '@lumino/signaling';
import type { IPatinaClient, IRunsModel } from '../../tokens';
import type * as wire from '../../wire';
import type { PatinaBody } from './body';
import type { Execution } from './execution';

/** A fork that did not come about. */
export interface IForkTrouble {
  /** The run that was to be forked. */
  readonly run: string;
  readonly error: Error;
  /** What was asked for, to ask for it again. */
  readonly options: wire.ForkRun;
}

/** Forks the runs of one notebook, shows the new ones, and remembers what went wrong. */
export class Forking {
  constructor(
    private readonly _client: IPatinaClient,
    private readonly _body: PatinaBody,
    private readonly _execution: Execution
  ) {}

  /** The latest fork that failed and was not yet dismissed. */
  get trouble(): IForkTrouble | null {
    return this._trouble;
  }

  get troubleChanged(): ISignal<this, void> {
    return this._troubleChanged;
  }

  /** Fork a run; the fork is shown as soon as its document tells of it. */
  async fork(run: string, options: wire.ForkRun = {}): Promise<void> {
    this.dismiss();
    const stop = this._showFirstFork(run);
    try {
      const fork = await this._client.fork(run, options);
      this._body.currentRun = fork.id;
      if (options.cells?.length) {
        await this._claim(fork);
      }
    } catch (error) {
      this._fail({ run, options, error: asError(error) });
    } finally {
      stop();
    }
  }

  /** Ask again for what failed. */
  async retry(): Promise<void> {
    const trouble = this._trouble;
    if (trouble) {
      await this.fork(trouble.run, trouble.options);
    }
  }

  dismiss(): void {
    if (this._trouble) {
      this._trouble = null;
      this._troubleChanged.emit();
    }
  }

  dispose(): void {
    Signal.clearData(this);
  }

  private _fail(trouble: IForkTrouble): void {
    this._trouble = trouble;
    this._body.currentRun = trouble.run;
    this._troubleChanged.emit();
  }

  /** The answer comes when the fork is there; its tab need not wait for that. */
  private _showFirstFork(parent: string): () => void {
    const { runs } = this._body;
    const known = new Set(runs?.runs.map(({ id }) => id));
    const look = (model: IRunsModel) => {
      const fork = model.runs.find(
        ({ id, run }) => run.parent?.run === parent && !known.has(id)
      );
      if (fork) {
        this._body.currentRun = fork.id;
        runs?.runsChanged.disconnect(look);
      }
    };
    runs?.runsChanged.connect(look);
    return () => void runs?.runsChanged.disconnect(look);
  }

  /** The cells that were asked for with the fork are this page's, as all that it runs. */
  private async _claim(fork: wire.Run): Promise<void> {
    const view = await this._arrival(fork.id);
    const cells = view?.seqs.flatMap(seq => view.cell(seq) ?? []) ?? [];
    this._execution.claim(cells);
  }

  private async _arrival(id: string) {
    const { runs } = this._body;
    if (runs && !runs.get(id)) {
      await new Promise<void>(resolve => {
        const look = () => {
          if (runs.isDisposed || runs.get(id)) {
            runs.runsChanged.disconnect(look);
            resolve();
          }
        };
        runs.runsChanged.connect(look);
      });
    }
    return runs?.get(id);
  }

  private _trouble: IForkTrouble | null = null;
  private readonly _troubleChanged = new Signal<this, void>(this);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
