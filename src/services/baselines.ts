import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

const KEY = 'patina-lab:baselines';

/** The run of each notebook that others are compared with, kept with a person's JupyterLab. */
export class Baselines {
  /** Without a state database, they are kept as long as the page. */
  constructor(private readonly _state: IStateDB | null) {
    this.ready = this._load();
  }

  readonly ready: Promise<void>;

  of(notebook: string): string | null {
    return this._runs.get(notebook) ?? null;
  }

  /** Null: there is none any more. */
  async set(notebook: string, run: string | null): Promise<void> {
    if (run === null) {
      this._runs.delete(notebook);
    } else {
      this._runs.set(notebook, run);
    }
    await this._state?.save(KEY, Object.fromEntries(this._runs));
  }

  private async _load(): Promise<void> {
    const kept = await this._state?.fetch(KEY);
    const entries = Object.entries((kept ?? {}) as ReadonlyPartialJSONObject);
    for (const [notebook, run] of entries) {
      if (typeof run === 'string' && !this._runs.has(notebook)) {
        this._runs.set(notebook, run);
      }
    }
  }

  private readonly _runs = new Map<string, string>();
}
