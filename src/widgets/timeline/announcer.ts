import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { cellStatusWord } from '../../model/cellwords';
import type * as wire from '../../wire';
import { element } from './element';

/** How long to wait for more before saying it, in milliseconds. */
const QUIET = 800;

/** Tells a screen reader what came of cells: one sentence, when things are quiet. */
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
  }

  /** These output cells are new or changed. */
  noticed(cells: readonly wire.OutputCell[]): void {
    const ended = cells.filter(isEnded);
    if (ended.length === 0) {
      return;
    }
    ended.forEach(cell => this._ended.set(cell.seq, cell));
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._say(), QUIET);
  }

  private _say(): void {
    const ended = [...this._ended.values()];
    this._ended.clear();
    const [first] = ended;
    this.node.textContent =
      ended.length === 1
        ? this._trans.__(
            'Output %1 %2',
            first.seq,
            cellStatusWord(first.status, this._trans)
          )
        : this._trans.__('%1 outputs finished', ended.length);
  }

  private readonly _ended = new Map<number, wire.OutputCell>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

function isEnded({ status }: wire.OutputCell): boolean {
  return status !== 'queued' && status !== 'running';
}
