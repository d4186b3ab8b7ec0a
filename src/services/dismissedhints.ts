import type { IStateDB } from '@jupyterlab/statedb';
import { type ISignal, Signal } from '@lumino/signaling';

const KEY = 'patina-lab:dismissed-hints';

/** The hints that a person has read, kept with their JupyterLab. */
export class DismissedHints {
  /** Without a state database, they are kept as long as the page. */
  constructor(private readonly _state: IStateDB | null) {
    void this._load();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Null until it is known: who has read a hint must not see it flash up. */
  get all(): ReadonlySet<string> | null {
    return this._isKnown ? this._names : null;
  }

  async add(hint: string): Promise<void> {
    this._names.add(hint);
    this._changed.emit();
    await this._state?.save(KEY, [...this._names]);
  }

  private async _load(): Promise<void> {
    const kept = await this._state?.fetch(KEY);
    if (Array.isArray(kept)) {
      kept.forEach(name => this._names.add(String(name)));
    }
    this._isKnown = true;
    this._changed.emit();
  }

  private _isKnown = false;
  private readonly _names = new Set<string>();
  private readonly _changed = new Signal<this, void>(this);
}
