import type { IStateDB } from '@jupyterlab/statedb';
import type { JSONObject } from '@lumino/coreutils';
import type { IUndoneMarks } from '../tokens';

const KEY = 'patina-lab:undone-cells';
/** Of so many kernels, the latest, it is kept: those before them have most likely ended. */
const MOST = 20;

/** Which cells of plain notebooks were undone, by their kernels, kept with a person's JupyterLab. */
export class UndoneMarks implements IUndoneMarks {
  /** Without a state database, they last as long as the page. */
  constructor(private readonly _state: IStateDB | null) {
    this.ready = this._load();
  }

  readonly ready: Promise<void>;

  of(kernel: string): readonly string[] {
    return this._cells.get(kernel) ?? [];
  }

  set(kernel: string, cells: readonly string[]): void {
    this._cells.delete(kernel);
    if (cells.length > 0) {
      this._cells.set(kernel, cells);
    }
    const [oldest] = this._cells.keys();
    if (this._cells.size > MOST) {
      this._cells.delete(oldest);
    }
    void this._save();
  }

  /** Not before what was kept is known: it would be lost. */
  private async _save(): Promise<void> {
    await this.ready;
    const kept = Object.fromEntries(this._cells) as unknown as JSONObject;
    await this._state?.save(KEY, kept);
  }

  private async _load(): Promise<void> {
    const kept = (await this._state?.fetch(KEY)) ?? {};
    const entries = Object.entries(kept) as [string, unknown][];
    for (const [kernel, cells] of entries) {
      if (isNames(cells) && !this._cells.has(kernel)) {
        this._cells.set(kernel, cells);
      }
    }
  }

  private readonly _cells = new Map<string, readonly string[]>();
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(name => typeof name === 'string');
}
