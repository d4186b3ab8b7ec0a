import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

const KEY = 'patina-lab:watched-variables';

/** The names of the variables that a person watches in each notebook, kept with their JupyterLab. */
export class WatchedNames {
  /** Without a state database, they are kept as long as the page. */
  constructor(private readonly _state: IStateDB | null) {
    this.ready = this._load();
  }

  readonly ready: Promise<void>;

  of(notebook: string): ReadonlySet<string> {
    return this._names.get(notebook) ?? new Set();
  }

  /** Watch the variable, or stop watching it. */
  async toggle(notebook: string, name: string): Promise<void> {
    const names = new Set(this.of(notebook));
    if (!names.delete(name)) {
      names.add(name);
    }
    this._names.set(notebook, names);
    const kept = [...this._names].map(([id, some]) => [id, [...some]] as const);
    await this._state?.save(KEY, Object.fromEntries(kept));
  }

  private async _load(): Promise<void> {
    const kept = await this._state?.fetch(KEY);
    const entries = Object.entries((kept ?? {}) as ReadonlyPartialJSONObject);
    for (const [notebook, names] of entries) {
      if (Array.isArray(names) && !this._names.has(notebook)) {
        this._names.set(notebook, new Set(names.map(String)));
      }
    }
  }

  private readonly _names = new Map<string, ReadonlySet<string>>();
}
