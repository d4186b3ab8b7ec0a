import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { cellStatusWord } from '../../model/cellwords';
import { sentences } from '../../model/said';
import type * as wire from '../../wire';
import { element } from './element';

/** How long to wait for more before saying it, in milliseconds. */
const QUIET = 800;
/** How long what was said stays: who reads the page by its elements later would find it there. */
const STAYS = 10_000;

/**
 * The one place where a notebook speaks to a screen reader by itself: what came of cells, and what
 * else is new, in a sentence or two, when things are quiet.
 */
export class Announcer implements IDisposable {
  constructor(private readonly _trans: TranslationBundle) {
    this.node.setAttribute('aria-live', 'polite');
  }

  readonly node = element('div', 'jp-PatinaUnseen');

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    clearTimeout(this._forgetting);
  }

  /** These are there from the start: nothing is said of them until that changes. */
  begin(cells: readonly wire.OutputCell[]): void {
    this._known = new Map(cells.map(cell => [cell.seq, state(cell)]));
    this._news.clear();
    this._sayLater();
  }

  /** Say this, too. */
  tell(sentence: string): void {
    this._sentences.add(sentence);
    this._sayLater();
  }

  /** These output cells are new or changed. */
  noticed(cells: readonly wire.OutputCell[]): void {
    const news = cells.filter(
      cell => isEnded(cell) && this._known.get(cell.seq) !== state(cell)
    );
    cells.forEach(cell => this._known.set(cell.seq, state(cell)));
    if (news.length === 0) {
      return;
    }
    news.forEach(cell => this._news.set(cell.seq, cell));
    this._sayLater();
  }

  private _sayLater(): void {
    clearTimeout(this._timer);
    if (this._news.size + this._sentences.size > 0) {
      this._timer = setTimeout(() => this._say(), QUIET);
    }
  }

  private _say(): void {
    const news = [...this._news.values()];
    const told = [...this._sentences];
    this._news.clear();
    this._sentences.clear();
    const all = [
      this._finished(news.filter(({ undone }) => !undone)),
      this._undone(news.filter(({ undone }) => undone)),
      ...told
    ];
    this.node.textContent = sentences(all, this._trans);
    clearTimeout(this._forgetting);
    this._forgetting = setTimeout(() => {
      this.node.textContent = '';
    }, STAYS);
  }

  private _finished(cells: readonly wire.OutputCell[]): string {
    const trans = this._trans;
    if (cells.length !== 1) {
      return cells.length ? trans.__('%1 outputs finished', cells.length) : '';
    }
    const [{ seq, status }] = cells;
    return trans.__('Output %1 %2', seq, cellStatusWord(status, trans));
  }

  private _undone(cells: readonly wire.OutputCell[]): string {
    if (cells.length !== 1) {
      return cells.length
        ? this._trans.__('%1 outputs undone', cells.length)
        : '';
    }
    return this._trans.__('Output %1 undone', cells[0].seq);
  }

  private _known = new Map<number, string>();
  private readonly _news = new Map<number, wire.OutputCell>();
  private readonly _sentences = new Set<string>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _forgetting: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

function isEnded({ status }: wire.OutputCell): boolean {
  return status !== 'queued' && status !== 'running';
}

/** What is worth saying when it changes: a pin is not. */
function state({ status, undone }: wire.OutputCell): string {
  return undone ? 'undone' : status;
}
