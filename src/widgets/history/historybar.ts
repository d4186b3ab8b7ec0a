import type { TranslationBundle } from '@jupyterlab/translation';
import { cellStatusWord } from '../../model/cellwords';
import { EVERYTHING } from '../../model/historymodel';
import type { ISearchQuery } from '../../tokens';
import type * as wire from '../../wire';
import { element } from '../timeline/element';

const PLACES: readonly wire.Place[] = ['code', 'output', 'error', 'name'];
const STATUSES: readonly wire.CellStatus[] = [
  'succeeded',
  'failed',
  'interrupted',
  'running'
];

/** What the bar asks for. */
export interface IHistoryBarActions {
  ask(query: ISearchQuery): void;
  search(): void;
  leave(): void;
  /** The id of the cell of the source that is active; empty when there is none. */
  activeCell(): string;
}

/** Above what was found: the words, and what narrows the search. */
export class HistoryBar {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _actions: IHistoryBarActions
  ) {
    const trans = _trans;
    this._words.type = 'search';
    this._words.placeholder = trans.__('Words to find');
    this._words.title = trans.__('Words in code, outputs, errors, names');
    this._words.setAttribute('aria-label', trans.__('Search the history'));
    this._words.oninput = () => this._ask();
    this._words.onkeydown = event => this._onKey(event);
    this.node.append(this._words);
    this._choice(this._place, trans.__('Where'), [
      ['', trans.__('anywhere')],
      ...PLACES.map(place => [place, placeWord(place, trans)] as const)
    ]);
    this._choice(this._run, trans.__('Run'), [['', trans.__('all runs')]]);
    this._choice(this._status, trans.__('Status'), [
      ['', trans.__('any status')],
      ...STATUSES.map(
        status => [status, cellStatusWord(status, trans)] as const
      )
    ]);
    this._box(this._pictures, trans.__('Pictures'));
    this._box(this._pinned, trans.__('Pinned'));
    this._box(this._activeOnly, trans.__('Active cell'));
  }

  readonly node = element('div', 'jp-PatinaHistory-bar');

  focus(): void {
    this._words.focus();
    this._words.select();
  }

  /** Another cell of the source is active. */
  moved(): void {
    if (this._activeOnly.checked) {
      this._ask();
    }
  }

  /** Offer these runs. */
  offer(runs: readonly wire.Run[]): void {
    const { value } = this._run;
    fill(this._run, [
      ['', this._trans.__('all runs')],
      ...runs.map(({ id, title }) => [id, title] as const)
    ]);
    this._run.value = runs.some(({ id }) => id === value) ? value : '';
  }

  private _choice(
    select: HTMLSelectElement,
    label: string,
    options: readonly (readonly [string, string])[]
  ): void {
    select.setAttribute('aria-label', label);
    select.onchange = () => this._ask();
    fill(select, options);
    this.node.append(select);
  }

  private _box(box: HTMLInputElement, text: string): void {
    const label = element('label', 'jp-PatinaCompare-option');
    box.type = 'checkbox';
    box.onchange = () => this._ask();
    label.append(box, text);
    this.node.append(label);
  }

  private _ask(): void {
    this._actions.ask({
      ...EVERYTHING,
      words: this._words.value,
      place: this._place.value as wire.Place | '',
      run: this._run.value,
      cell: this._activeOnly.checked ? this._actions.activeCell() : '',
      status: this._status.value as wire.CellStatus | '',
      pictures: this._pictures.checked,
      pinned: this._pinned.checked
    });
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      this._actions.search();
    } else if (event.key === 'ArrowDown') {
      this._actions.leave();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private readonly _words = element('input', 'jp-PatinaHistory-words');
  private readonly _place = element('select', '');
  private readonly _run = element('select', '');
  private readonly _status = element('select', '');
  private readonly _pictures = element('input', '');
  private readonly _activeOnly = element('input', '');
  private readonly _pinned = element('input', '');
}

/** What a place is called in which a word was found. */
export function placeWord(place: wire.Place, trans: TranslationBundle): string {
  const words: Record<wire.Place, string> = {
    code: trans.__('code'),
    output: trans.__('output'),
    error: trans.__('error'),
    name: trans.__('variable')
  };
  return words[place];
}

function fill(
  select: HTMLSelectElement,
  options: readonly (readonly [string, string])[]
): void {
  select.replaceChildren(
    ...options.map(([value, text]) => {
      const option = element('option', '', text);
      option.value = value;
      return option;
    })
  );
}
