import { type ISignal, Signal } from '@lumino/signaling';
import type { IPatinaClient, ISearchQuery } from '../tokens';
import type * as wire from '../wire';

/** How many are shown before a person asks for more. */
const ENOUGH = 50;

export const EVERYTHING: ISearchQuery = {
  words: '',
  place: '',
  run: '',
  cell: '',
  status: '',
  pictures: false,
  pinned: false
};

/**
 * What was found in the history of a notebook, page by page.
 *
 * The server answers in pages that take half a second at most; they are asked for one after the
 * other until there is enough to show. A new question ends the one before.
 */
export class HistoryModel {
  constructor(private readonly _client: Pick<IPatinaClient, 'search'>) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get query(): ISearchQuery {
    return this._query;
  }

  get found(): readonly wire.Found[] {
    return this._found;
  }

  /** How many output cells were looked at, and of how many. */
  get progress(): { searched: number; total: number } {
    return this._progress;
  }

  /** How many outputs could not be read. */
  get unread(): number {
    return this._unread;
  }

  get isSearching(): boolean {
    return this._isSearching;
  }

  /** Whether there may be more than was found. */
  get hasMore(): boolean {
    return this._next !== undefined;
  }

  /** Why there is no answer. */
  get trouble(): string | null {
    return this._trouble;
  }

  /** Look through the history of this notebook; null forgets what was found. */
  async show(notebook: string | null): Promise<void> {
    if (notebook !== this._notebook) {
      this._notebook = notebook;
      this._query = { ...this._query, run: '', cell: '' };
      await this.search();
    }
  }

  /** Change what is looked for; what is not named stays. */
  async ask(query: Partial<ISearchQuery>): Promise<void> {
    this._query = { ...this._query, ...query };
    await this.search();
  }

  /** Look again from the latest on. */
  async search(): Promise<void> {
    this._turn++;
    this._found = [];
    this._seen.clear();
    this._next = undefined;
    this._unread = 0;
    this._trouble = null;
    this._progress = { searched: 0, total: 0 };
    this._isSearching = false;
    await this._fetch(ENOUGH);
  }

  /** Look on from where it ended. */
  async more(): Promise<void> {
    if (this.hasMore && !this._isSearching) {
      await this._fetch(this._found.length + ENOUGH);
    }
  }

  dispose(): void {
    this._turn++;
    Signal.clearData(this);
  }

  private async _fetch(enough: number): Promise<void> {
    const turn = this._turn;
    const notebook = this._notebook;
    this._isSearching = notebook !== null;
    this._changed.emit();
    try {
      while (notebook !== null && turn === this._turn) {
        const query = { ...this._query, after: this._next };
        const page = await this._client.search(notebook, query);
        if (turn !== this._turn) {
          return;
        }
        this._take(page);
        if (page.next === undefined || this._found.length >= enough) {
          break;
        }
        this._changed.emit();
      }
    } catch (error) {
      if (turn === this._turn) {
        this._trouble = error instanceof Error ? error.message : String(error);
      }
    }
    if (turn === this._turn) {
      this._isSearching = false;
      this._changed.emit();
    }
  }

  private _take(page: wire.SearchPage): void {
    const isNew = ({ run, seq }: wire.Found) =>
      !this._seen.has(`${run} ${seq}`);
    const found = page.found.filter(isNew);
    found.forEach(({ run, seq }) => this._seen.add(`${run} ${seq}`));
    this._found = [...this._found, ...found];
    this._next = page.next;
    this._unread += page.unread ?? 0;
    this._progress = { searched: page.searched, total: page.total };
  }

  private _notebook: string | null = null;
  private _query = EVERYTHING;
  private _found: readonly wire.Found[] = [];
  private _next: string | undefined;
  private _unread = 0;
  private _trouble: string | null = null;
  private _progress = { searched: 0, total: 0 };
  private _isSearching = false;
  private _turn = 0;
  private readonly _seen = new Set<string>();
  private readonly _changed = new Signal<this, void>(this);
}
