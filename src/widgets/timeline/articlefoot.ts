import type { TranslationBundle } from '@jupyterlab/translation';
import type { Unable } from '../../model/abilities';
import { changedNames } from '../../model/changednames';
import type * as wire from '../../wire';
import { button, element, write } from './element';
import { forkSign } from './forksign';

/** What the buttons below an output cell do. */
export interface IFootActions {
  fork(): void;
  toggleDiff(): void;
  togglePin(): void;
}

/** The line below an output cell: the variables that it changed, and what can be done with it. */
export class ArticleFoot {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _actions: IFootActions
  ) {
    this._diff.textContent = this._trans.__('diff');
    this._fork.append(forkSign());
    this._more.setAttribute('aria-haspopup', 'menu');
    this._signs.ariaHidden = 'true';
    this._changed.append(this._signs, this._words);
    this.node.append(
      this._changed,
      this._diff,
      this._pin,
      this._fork,
      this._more
    );
  }

  readonly node = element('footer', 'jp-PatinaOutput-actions');

  /** `unable` says why a fork cannot start here. */
  show(cell: wire.OutputCell, unable: Unable, isDiffOpen: boolean): void {
    const trans = this._trans;
    const label = trans.__('Fork from Here (after #%1)', cell.seq);
    this._unable = unable;
    name(this._fork, unable === null ? label : `${label}: ${unable}`);
    this._fork.setAttribute('aria-disabled', String(unable !== null));
    name(
      this._diff,
      trans.__('Difference between code and output %1', cell.seq)
    );
    this._diff.setAttribute('aria-expanded', String(isDiffOpen));
    name(this._pin, trans.__('Pin output %1', cell.seq));
    this._pin.setAttribute('aria-pressed', String(cell.pinned === true));
    write(this._pin, cell.pinned ? trans.__('◆ pinned') : trans.__('pin'));
    name(this._more, trans.__('More about output %1', cell.seq));
    const { signs, words } = changedNames(cell, trans);
    write(this._signs, signs);
    write(this._words, words);
    this._changed.title = words;
  }

  /** A button that cannot be used stays reachable, so that its reason can be read. */
  private _onFork(): void {
    if (this._unable === null) {
      this._actions.fork();
    }
  }

  /** JupyterLab's context menu of the output cell, for who has no second mouse button. */
  private _onMore(): void {
    const { left, bottom } = this._more.getBoundingClientRect();
    const where = { clientX: left, clientY: bottom };
    this._more.dispatchEvent(
      new MouseEvent('contextmenu', {
        bubbles: true,
        cancelable: true,
        ...where
      })
    );
  }

  private _unable: Unable = null;
  private readonly _signs = element('span', '');
  private readonly _words = element('span', 'jp-PatinaUnseen');
  private readonly _changed = element('span', 'jp-PatinaOutput-changed');
  private readonly _fork = button('jp-PatinaOutput-fork', '', () =>
    this._onFork()
  );
  private readonly _diff = button('jp-PatinaOutput-action', '', () =>
    this._actions.toggleDiff()
  );
  private readonly _pin = button(
    'jp-PatinaOutput-action jp-PatinaOutput-pin',
    '',
    () => this._actions.togglePin()
  );
  private readonly _more = button('jp-PatinaOutput-action', '⋯', () =>
    this._onMore()
  );
}

function name(node: HTMLElement, text: string): void {
  node.title = text;
  node.setAttribute('aria-label', text);
}
