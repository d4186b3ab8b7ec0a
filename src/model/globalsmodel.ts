import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IPatinaClient, IRunView } from '../tokens';
import type * as wire from '../wire';
import {
  type GlobalRow,
  groupKey,
  type GlobalPath,
  type IOpenState,
  rows
} from './globalrows';
import {
  type GlobalsKind,
  GROUPS,
  grouped,
  type IGlobalsQuery
} from './globals';
import { GlobalParts } from './globalparts';

/** How long a change counts as one that was just made, in milliseconds. */
const FRESH = 1500;
/** The groups that are closed at first, unless a person has set others. */
const CLOSED: readonly GlobalsKind[] = [
  'function',
  'class',
  'module',
  'private'
];

const GROUP_KEYS: ReadonlySet<string> = new Set(GROUPS.map(groupKey));

export const START: IGlobalsQuery = {
  pattern: '',
  hidden: new Set(),
  sort: 'changed',
  watched: new Set()
};

/**
 * What the globals panel shows of the variables of a run: now, or after an output cell.
 *
 * What is open stays open from update to update and from run to run; parts are fetched only of
 * what is open, and again when the variable changed.
 */
export class GlobalsModel implements IDisposable, IOpenState {
  constructor(
    private readonly _client: Pick<IPatinaClient, 'global' | 'globalsAfter'>
  ) {
    this._parts = new GlobalParts(_client);
    this._parts.changed.connect(this._lay, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get view(): IRunView | null {
    return this._view;
  }

  get query(): IGlobalsQuery {
    return this._query;
  }

  get rows(): readonly GlobalRow[] {
    return this._rows;
  }

  /** How many variables there are, and how many of them match. */
  get counts(): { all: number; shown: number } {
    return { all: this._globals.length, shown: this._shown };
  }

  /** The output cell after which the variables are shown; null shows them as they are now. */
  get after(): number | null {
    return this._after;
  }

  /** Why the variables of the past could not be fetched. */
  get trouble(): string | null {
    return this._trouble;
  }

  /** Whether the variables of the past are on their way; those shown before still are. */
  get isLoading(): boolean {
    return this._isLoading;
  }

  get hasParts(): boolean {
    return this._after === null;
  }

  /** A filter opens all groups, so that nothing it finds is hidden; they can be closed again. */
  isOpen(key: string): boolean {
    return this._isFiltered(key)
      ? !this._closedFiltered.has(key)
      : this._open.has(key);
  }

  parts(key: string) {
    return this._parts.get(key);
  }

  /** Whether what changed a moment ago is told from the rest. */
  isHighlighting = true;

  /** Whether the variable changed a moment ago. */
  isFresh(name: string): boolean {
    const isNew = Date.now() - this._freshSince < FRESH;
    return this.isHighlighting && isNew && this._fresh.has(name);
  }

  /** Whether changes show by themselves, or when they are asked for. */
  get isManual(): boolean {
    return this._isManual;
  }

  set isManual(isManual: boolean) {
    this._isManual = isManual;
    if (!isManual) {
      this.update();
    }
  }

  /** Whether there are changes that are not shown. */
  get hasNews(): boolean {
    return this._hasNews;
  }

  /** Show what has changed since it was asked for last. */
  update(): void {
    if (this._hasNews) {
      this._hasNews = false;
      this._refresh();
    }
  }

  /** Close the groups of these kinds, and open the others. */
  closeGroups(kinds: readonly GlobalsKind[]): void {
    for (const group of GROUPS) {
      if (kinds.some(kind => kind === group)) {
        this._open.delete(groupKey(group));
      } else {
        this._open.add(groupKey(group));
      }
    }
    this._lay();
  }

  showRun(view: IRunView | null): void {
    if (view === this._view) {
      return;
    }
    this._view?.globalsChanged.disconnect(this._onGlobals, this);
    this._view = view;
    view?.globalsChanged.connect(this._onGlobals, this);
    this._after = this._trouble = null;
    this._isLoading = this._hasNews = false;
    this._fresh = new Set();
    this._parts.showRun(view?.id ?? null);
    this._take(view?.globals ?? []);
  }

  /** Show the variables after this output cell; null shows them as they are now. */
  async showAfter(seq: number | null): Promise<void> {
    this._after = seq;
    this._trouble = null;
    this._isLoading = false;
    const view = this._view;
    if (seq === null || !view) {
      this._take(view?.globals ?? []);
      return;
    }
    this._isLoading = true;
    this._lay();
    try {
      const past = await this._client.globalsAfter(view.id, seq);
      if (this._isAt(view, seq)) {
        this._isLoading = false;
        this._take(past);
      }
    } catch (error) {
      if (this._isAt(view, seq)) {
        this._isLoading = false;
        this._trouble = error instanceof Error ? error.message : String(error);
        this._take([]);
      }
    }
  }

  /** Change what is asked for; what is not named stays. */
  ask(query: Partial<IGlobalsQuery>): void {
    this._closedFiltered.clear();
    this._query = { ...this._query, ...query };
    this._lay();
  }

  toggle(key: string): void {
    const open = this._isFiltered(key) ? this._closedFiltered : this._open;
    if (!open.delete(key)) {
      open.add(key);
    } else {
      this._parts.drop(key);
    }
    this._lay();
  }

  /** Fetch the next page of the parts of a value. */
  more(name: string, path: GlobalPath): void {
    void this._parts.load(name, path);
  }

  dispose(): void {
    this._isDisposed = true;
    this._view?.globalsChanged.disconnect(this._onGlobals, this);
    this._parts.dispose();
    Signal.clearData(this);
  }

  private _isFiltered(key: string): boolean {
    return this._query.pattern !== '' && GROUP_KEYS.has(key);
  }

  private _isAt(view: IRunView, seq: number): boolean {
    return !this._isDisposed && view === this._view && seq === this._after;
  }

  private _onGlobals(): void {
    if (this._after !== null) {
      return;
    }
    if (this._isManual) {
      this._hasNews = true;
      this._changed.emit();
    } else {
      this._refresh();
    }
  }

  private _refresh(): void {
    const globals = this._view?.globals ?? [];
    const before = new Map(this._globals.map(it => [it.name, it]));
    this._fresh = new Set(
      globals
        .filter(global => !same(before.get(global.name), global))
        .map(({ name }) => name)
    );
    this._freshSince = Date.now();
    this._parts.forget(this._fresh);
    this._take(globals);
  }

  private _take(globals: readonly wire.Global[]): void {
    this._globals = globals;
    this._lay();
  }

  private _lay(): void {
    const groups = grouped(this._globals, this._query);
    this._shown = [...groups.values()].reduce((sum, it) => sum + it.length, 0);
    this._rows = rows(groups, this);
    if (this._after === null) {
      this._rows.forEach(row => {
        if (row.kind === 'loading') {
          void this._parts.load(row.name, row.path);
        }
      });
    }
    this._changed.emit();
  }

  private _view: IRunView | null = null;
  private _globals: readonly wire.Global[] = [];
  private _rows: readonly GlobalRow[] = [];
  private _shown = 0;
  private _after: number | null = null;
  private _isLoading = false;
  private _isManual = false;
  private _hasNews = false;
  private _trouble: string | null = null;
  private _query = START;
  private _fresh: ReadonlySet<string> = new Set();
  private _freshSince = 0;
  private readonly _parts: GlobalParts;
  /** The groups that a person has closed since the filter was set. */
  private readonly _closedFiltered = new Set<string>();
  private readonly _open = new Set(
    GROUPS.filter(group => !CLOSED.some(kind => kind === group)).map(groupKey)
  );
  private readonly _changed = new Signal<this, void>(this);
  private _isDisposed = false;
}

function same(a: wire.Global | undefined, b: wire.Global): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
