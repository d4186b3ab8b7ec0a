import type { IStateDB } from '@jupyterlab/statedb';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ITrustStore } from '../model/trust';

const KEY = 'patina-lab:trusted-notebooks';

/** The ids of the notebooks that a person trusts, kept with the state of their JupyterLab. */
export class TrustedNotebooks implements ITrustStore {
  /** Without a state database, trust lasts as long as the page. */
  constructor(private readonly _state: IStateDB | null) {
    void _state?.fetch(KEY).then(kept => {
      (Array.isArray(kept) ? kept : []).forEach(id =>
        this._trusted.add(String(id))
      );
      this._changed.emit();
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  has(notebook: string): boolean {
    return this._trusted.has(notebook);
  }

  async add(notebook: string): Promise<void> {
    this._trusted.add(notebook);
    this._changed.emit();
    await this._state?.save(KEY, [...this._trusted]);
  }

  private readonly _trusted = new Set<string>();
  private readonly _changed = new Signal<this, void>(this);
}
