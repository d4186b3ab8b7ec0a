import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IPatinaClient } from '../tokens';
import type * as wire from '../wire';
import { type GlobalPath, type IParts, pathKey } from './globalrows';

/** How many parts of a value are fetched at once. */
export const PAGE = 100;

/** The parts of the variables of one run that a person opened, page by page. */
export class GlobalParts implements IDisposable {
  constructor(private readonly _client: Pick<IPatinaClient, 'global'>) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get(key: string): IParts | undefined {
    return this._parts.get(key);
  }

  /** Parts of this run's variables from now on. */
  showRun(run: string | null): void {
    this._run = run;
    this._parts.clear();
    this._coming.clear();
  }

  drop(key: string): void {
    this._parts.delete(key);
  }

  /** These variables changed: what is open of them is fetched anew when it is shown. */
  forget(names: ReadonlySet<string>): void {
    for (const key of [...this._parts.keys(), ...this._coming.keys()]) {
      if (names.has((JSON.parse(key) as string[])[0])) {
        this._stale.add(key);
      }
    }
    [...this._stale].forEach(key => void this._reload(key));
  }

  /** Fetch the next page; one that is on its way is not asked for twice. */
  async load(name: string, path: GlobalPath): Promise<void> {
    const key = pathKey(name, path);
    if (!this._coming.has(key)) {
      const known = this._parts.get(key);
      const offset = known?.trouble ? 0 : (known?.children.length ?? 0);
      await this._fetch(key, name, path, offset, PAGE);
    }
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** Fetch as many as are shown, so that the rows stay where they are. */
  private async _reload(key: string): Promise<void> {
    this._stale.delete(key);
    const [name, ...path] = JSON.parse(key) as string[];
    const count = this._parts.get(key)?.children.length ?? 0;
    this._coming.delete(key);
    await this._fetch(key, name, path, 0, Math.max(count, PAGE));
  }

  private async _fetch(
    key: string,
    name: string,
    path: GlobalPath,
    offset: number,
    limit: number
  ): Promise<void> {
    const run = this._run;
    if (run === null) {
      return;
    }
    const turn = {};
    this._coming.set(key, turn);
    const parts = await this._ask(run, name, path, offset, limit);
    if (this._coming.get(key) !== turn || this._isDisposed) {
      return;
    }
    this._coming.delete(key);
    const before = offset > 0 ? (this._parts.get(key)?.children ?? []) : [];
    const children = [...before, ...parts.children];
    this._parts.set(key, { ...parts, children });
    this._changed.emit();
  }

  /** What cannot be shown says so in its own row. */
  private async _ask(
    run: string,
    name: string,
    path: GlobalPath,
    offset: number,
    limit: number
  ): Promise<IParts> {
    try {
      const page: wire.GlobalPage = await this._client.global(run, name, {
        path,
        offset,
        limit
      });
      return { children: page.children, total: page.total };
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      return { children: [], total: 0, trouble };
    }
  }

  private _run: string | null = null;
  private readonly _parts = new Map<string, IParts>();
  private readonly _coming = new Map<string, object>();
  private readonly _stale = new Set<string>();
  private readonly _changed = new Signal<this, void>(this);
  private _isDisposed = false;
}
