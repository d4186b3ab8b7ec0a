import type { TranslationBundle } from '@jupyterlab/translation';
import type { Unable } from '../../model/abilities';
import { CELL_SIGNS, cellStatusWord, markText } from '../../model/cellwords';
import { formatDuration } from '../../model/duration';
import { isAsking } from '../../model/question';
import type { CellMark } from '../../model/marks';
import type * as wire from '../../wire';
import { button, element, write } from './element';
import { type IStep, Stepper } from './stepper';

// Made once: `toLocaleString` makes one at every call, which takes a millisecond.
const SHORT_TIME = new Intl.DateTimeFormat([], {
  hour: '2-digit',
  minute: '2-digit'
});
const WHOLE_TIME = new Intl.DateTimeFormat([], {
  dateStyle: 'short',
  timeStyle: 'medium'
});

/** What the header of an output cell shows beside the output cell itself. */
export interface IHeaderContext {
  /** Where the cell is in the source, counted from 1; null when it was deleted. */
  readonly place: number | null;
  /** How long the same cell took the time before, in milliseconds. */
  readonly previousMs: number | null;
  /** Who asked for it, when that was not the person at this page. */
  readonly askedBy: string | null;
  /** What is no longer true of the result. */
  readonly mark: CellMark | null;
  /** Which of its cell's outputs it is; null where that is not told. */
  readonly step: IStep | null;
  /** Why no fork can start from it. */
  readonly unableToFork: Unable;
}

/** The line above an output cell: which one it is, of which cell, when, how long, how it ended. */
export class ArticleHeader {
  constructor(
    private readonly _trans: TranslationBundle,
    goToCode: () => void,
    step: (by: -1 | 1) => void
  ) {
    this._cell = button('jp-PatinaLink', '', goToCode);
    this.stepper = new Stepper(_trans, step);
    this.node.append(
      this._seq,
      this._cell,
      this._asker,
      this._time,
      this._duration,
      this._mark,
      this.stepper.node,
      this._status
    );
  }

  readonly node = element('header', 'jp-PatinaOutput-header');
  readonly stepper: Stepper;

  show(cell: wire.OutputCell, context: IHeaderContext): void {
    const trans = this._trans;
    this._shown = cell;
    this._previousMs = context.previousMs;
    write(this._seq, `#${cell.seq}`);
    write(
      this._cell,
      context.place === null
        ? trans.__('deleted cell')
        : trans.__('cell %1', context.place)
    );
    this._cell.disabled = context.place === null;
    this._showAsker(context.askedBy);
    this._showTime(cell.started ?? cell.queued);
    this._showMark(cell, context.mark);
    this.stepper.show(context.step);
    this._status.dataset.status = cell.status;
    write(
      this._status,
      isAsking(cell)
        ? trans.__('? asks for input')
        : `${CELL_SIGNS[cell.status]} ${cellStatusWord(cell.status, trans)}`
    );
    this.tick(Date.now());
  }

  /** Count on the duration of a running cell. `now` is in milliseconds since 1970. */
  tick(now: number): void {
    write(this._duration, this._durationText(now));
  }

  private _durationText(now: number): string {
    const cell = this._shown;
    if (!cell?.started) {
      return '';
    }
    const end = cell.ended ? Date.parse(cell.ended) : now;
    const took = formatDuration(end - Date.parse(cell.started));
    return cell.status === 'running' && this._previousMs !== null
      ? this._trans.__(
          '%1, previous %2',
          took,
          formatDuration(this._previousMs)
        )
      : took;
  }

  private _showMark(cell: wire.OutputCell, mark: CellMark | null): void {
    const trans = this._trans;
    const text = mark === null ? '' : markText(mark, trans);
    this._mark.textContent = cell.undone ? trans.__('⤺ undone') : text;
  }

  private _showAsker(name: string | null): void {
    this._asker.hidden = name === null;
    write(this._asker, initials(name ?? ''));
    this._asker.title = name === null ? '' : this._trans.__('Run by %1', name);
    this._asker.setAttribute('aria-label', this._asker.title);
  }

  private _showTime(time: string): void {
    if (this._time.dateTime !== time) {
      const date = new Date(time);
      this._time.dateTime = time;
      this._time.textContent = SHORT_TIME.format(date);
      this._time.title = WHOLE_TIME.format(date);
    }
  }

  private _shown: wire.OutputCell | null = null;
  private _previousMs: number | null = null;
  private readonly _seq = element('span', 'jp-PatinaOutput-seq');
  private readonly _cell: HTMLButtonElement;
  private readonly _asker = (() => {
    const asker = element('span', 'jp-PatinaOutput-asker');
    asker.setAttribute('role', 'img');
    return asker;
  })();
  private readonly _time = element('time', 'jp-PatinaOutput-time');
  private readonly _duration = element('span', 'jp-PatinaOutput-duration');
  private readonly _mark = element('span', 'jp-PatinaOutput-mark');
  private readonly _status = element('span', 'jp-PatinaOutput-status');
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map(word => word[0].toUpperCase())
    .join('');
}
