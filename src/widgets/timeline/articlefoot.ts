import type { TranslationBundle } from '@jupyterlab/translation';
import type { Unable } from '../../model/abilities';
import type * as wire from '../../wire';
import { button, element } from './element';
import { forkSign } from './forksign';

/** How many names of variables are shown; a cell can change thousands. */
const MOST_NAMES = 12;

/** The line below an output cell: the variables that it changed, and forking from it. */
export class ArticleFoot {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _fork: () => void
  ) {
    this._button = button('jp-PatinaOutput-fork', '', () => this._onFork());
    this._button.append(forkSign());
    this.node.append(this._changed, this._button);
  }

  readonly node = element('footer', 'jp-PatinaOutput-actions');

  /** `unable` says why a fork cannot start here. */
  show(cell: wire.OutputCell, unable: Unable): void {
    const label = this._trans.__('Fork from Here (after #%1)', cell.seq);
    this._unable = unable;
    this._button.title = unable === null ? label : `${label}: ${unable}`;
    this._button.setAttribute('aria-label', this._button.title);
    this._button.setAttribute('aria-disabled', String(unable !== null));
    this._changed.textContent = this._names(cell.globals_changed ?? []);
  }

  private _names(names: readonly string[]): string {
    if (names.length === 0) {
      return '';
    }
    const shown = names.slice(0, MOST_NAMES).join(', ');
    const more = names.length - MOST_NAMES;
    return more > 0
      ? this._trans.__('changed %1 and %2 more', shown, more)
      : this._trans.__('changed %1', shown);
  }

  /** A button that cannot be used stays reachable, so that its reason can be read. */
  private _onFork(): void {
    if (this._unable === null) {
      this._fork();
    }
  }

  private _unable: Unable = null;
  private readonly _changed = element('span', 'jp-PatinaOutput-changed');
  private readonly _button: HTMLButtonElement;
}
