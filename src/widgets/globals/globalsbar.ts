import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import {
  type GlobalsKind,
  type GlobalsSort,
  isPattern
} from '../../model/globals';
import type { GlobalsModel } from '../../model/globalsmodel';
import { groupWord, sortWord } from '../../model/globalwords';
import type { IRunView } from '../../tokens';
import { button, element } from '../timeline/element';

/** How many output cells of the past are offered. */
const MOST_PAST = 100;
const KINDS: readonly GlobalsKind[] = [
  'data',
  'function',
  'class',
  'module',
  'other',
  'private'
];
const SORTS: readonly GlobalsSort[] = ['changed', 'name', 'type', 'size'];

/** Above the variables: of which run, of when, which of them, and in which order. */
export class GlobalsBar extends Widget {
  constructor(
    private readonly _model: GlobalsModel,
    private readonly _trans: TranslationBundle,
    private readonly _chooseRun: (run: string) => void
  ) {
    super();
    this.addClass('jp-PatinaGlobals-bar');
    this._run.setAttribute('aria-label', this._trans.__('Run'));
    this._when.setAttribute('aria-label', this._trans.__('When'));
    this._sort.setAttribute('aria-label', this._trans.__('Sort by'));
    this._filter.type = 'search';
    this._filter.placeholder = this._trans.__('Filter (regex)');
    this._filter.setAttribute('aria-label', this._trans.__('Filter variables'));
    this._run.onchange = () => this._chooseRun(this._run.value);
    this._when.onchange = () => this._showWhen();
    this._sort.onchange = () =>
      _model.ask({ sort: this._sort.value as GlobalsSort });
    this._filter.oninput = () => this._onFilter();
    this._filter.onkeydown = event => this._onFilterKey(event);
    fill(
      this._sort,
      SORTS.map(sort => [sort, `↓ ${sortWord(sort, _trans)}`])
    );
    this._update.textContent = this._trans.__('Update');
    this._update.hidden = true;
    this.node.append(
      this._run,
      this._when,
      this._filter,
      this._kinds(),
      this._sort,
      this._update
    );
    _model.changed.connect(this._onModel, this);
  }

  /** Called when the filter is done with. */
  leaveFilter: () => void = () => undefined;

  focusFilter(): void {
    this._filter.focus();
    this._filter.select();
  }

  /** Offer these runs, and the output cells of the shown one. */
  offer(runs: readonly IRunView[]): void {
    const trans = this._trans;
    const { view, after } = this._model;
    fill(
      this._run,
      runs.map(({ id, run }) => [id, run.title]),
      view?.id
    );
    this._run.hidden = runs.length === 0;
    const past = (view?.seqs ?? [])
      .filter(seq => view?.cell(seq)?.ended !== undefined)
      .slice(-MOST_PAST)
      .reverse();
    fill(
      this._when,
      [
        ['', trans.__('now')],
        ...past.map(
          seq => [String(seq), trans.__('after #%1', seq)] as [string, string]
        )
      ],
      after === null ? '' : String(after)
    );
    this._when.hidden = view === null;
  }

  override dispose(): void {
    this._model.changed.disconnect(this._onModel, this);
    super.dispose();
  }

  /** What a setting or a command changed is shown here, too. */
  private _onModel(): void {
    const { query, isManual, hasNews } = this._model;
    this._sort.value = query.sort;
    this._update.hidden = !isManual;
    this._update.disabled = !hasNews;
  }

  private _showWhen(): void {
    const { value } = this._when;
    void this._model.showAfter(value === '' ? null : Number(value));
  }

  private _onFilter(): void {
    const { value } = this._filter;
    const isGood = isPattern(value);
    this._filter.setAttribute('aria-invalid', String(!isGood));
    this._filter.title = isGood
      ? ''
      : this._trans.__('No regular expression: searched for as text');
    this._model.ask({ pattern: value });
  }

  private _onFilterKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this._filter.value !== '') {
      this._filter.value = '';
      this._onFilter();
    } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
      this.leaveFilter();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** A menu of check boxes, one for each kind. */
  private _kinds(): HTMLElement {
    const details = element('details', 'jp-PatinaGlobals-kinds');
    const list = element('div', 'jp-PatinaGlobals-kindlist');
    list.append(...KINDS.map(kind => this._kind(kind)));
    details.append(element('summary', '', this._trans.__('Kinds')), list);
    details.onkeydown = event => {
      if (event.key === 'Escape') {
        details.open = false;
        details.querySelector('summary')?.focus();
      }
    };
    details.addEventListener('focusout', event => {
      if (!details.contains(event.relatedTarget as Node | null)) {
        details.open = false;
      }
    });
    return details;
  }

  private _kind(kind: GlobalsKind): HTMLElement {
    const label = element('label', '');
    const box = element('input', '');
    box.type = 'checkbox';
    box.checked = !this._model.query.hidden.has(kind);
    box.onchange = () => {
      const hidden = new Set(this._model.query.hidden);
      if (box.checked) {
        hidden.delete(kind);
      } else {
        hidden.add(kind);
      }
      this._model.ask({ hidden });
    };
    label.append(box, groupWord(kind, this._trans));
    return label;
  }

  private readonly _run = element('select', 'jp-PatinaGlobals-run');
  private readonly _when = element('select', 'jp-PatinaGlobals-when');
  private readonly _sort = element('select', 'jp-PatinaGlobals-sort');
  private readonly _filter = element('input', 'jp-PatinaGlobals-filter');
  private readonly _update = button('jp-PatinaButton', '', () =>
    this._model.update()
  );
}

/** Give a select these options; one that has them already is left alone, also while it is open. */
function fill(
  select: HTMLSelectElement,
  options: readonly (readonly [value: string, text: string])[],
  chosen?: string
): void {
  const key = JSON.stringify(options);
  if (select.dataset.options !== key) {
    select.dataset.options = key;
    select.replaceChildren(
      ...options.map(([value, text]) => new Option(text, value))
    );
  }
  if (chosen !== undefined && select.value !== chosen) {
    select.value = chosen;
  }
}
