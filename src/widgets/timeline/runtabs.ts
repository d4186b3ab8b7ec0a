import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { forkDepth } from '../../model/lineage';
import { runSign, runWord } from '../../model/runwords';
import type { IPatinaBody, IRunsModel, IRunView } from '../../tokens';
import { button, element } from './element';
import { forkSign } from './forksign';

/** A notebook that is told which of its runs have no tab. */
export interface ITabbedBody extends IPatinaBody {
  hiddenRuns: ReadonlySet<string>;
}

/** The tabs of a notebook's runs; a tab that is closed is hidden, its run goes on. */
export class RunTabs extends Widget {
  constructor(
    private readonly _body: ITabbedBody,
    private readonly _runs: IRunsModel,
    private readonly _trans: TranslationBundle,
    /** The id of what the shown run's tab controls. */
    private readonly _panel: string,
    newRun: () => void
  ) {
    super();
    this.addClass('jp-PatinaRunTabs');
    _body.hiddenRuns = this._hidden;
    this._list.setAttribute('role', 'tablist');
    this._list.setAttribute('aria-label', this._trans.__('Runs'));
    this._list.addEventListener('keydown', this._onKey);
    this._hiddenButton.onclick = () => this._unhide();
    const add = button('jp-PatinaRunTabs-button', '', newRun);
    add.setAttribute('aria-label', this._trans.__('New Run'));
    add.title = this._trans.__('New Run');
    addIcon.element({ container: add, tag: 'span' });
    this.node.append(this._list, this._hiddenButton, add);
    _runs.runsChanged.connect(this._onRuns, this);
    _body.currentRunChanged.connect(this._onCurrent, this);
    this._onRuns();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._runs.runsChanged.disconnect(this._onRuns, this);
    this._body.currentRunChanged.disconnect(this._onCurrent, this);
    this._tabs.forEach((_, view) => this._leave(view));
    Signal.clearData(this);
    super.dispose();
  }

  private get _visible(): IRunView[] {
    return this._runs.runs.filter(view => !this._hidden.has(view.id));
  }

  private _onCurrent(): void {
    this._hidden.delete(this._body.currentRun ?? '');
    this._onRuns();
    const shown = this._runs.get(this._body.currentRun ?? '');
    const tab = shown && this._tabs.get(shown);
    tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** Make, take away and order the tabs; those that stay keep their element, and so the focus. */
  private _onRuns(): void {
    const visible = new Set(this._visible);
    for (const [view, tab] of this._tabs) {
      if (!visible.has(view)) {
        this._leave(view);
        tab.remove();
        this._tabs.delete(view);
      }
    }
    let index = 0;
    for (const view of visible) {
      const tab = this._tabs.get(view) ?? this._add(view);
      if (this._list.children[index] !== tab) {
        this._list.insertBefore(tab, this._list.children[index] ?? null);
      }
      index++;
      this._render(view);
    }
    this._showHidden();
  }

  private _add(view: IRunView): HTMLElement {
    const tab = element('div', 'jp-PatinaRunTab');
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', this._panel);
    tab.id = `${this._panel}-${view.id}`;
    tab.onclick = () => this._choose(view);
    tab.oncontextmenu = () => this._choose(view);
    this._tabs.set(view, tab);
    view.changed.connect(this._render, this);
    view.cellsChanged.connect(this._render, this);
    return tab;
  }

  private _leave(view: IRunView): void {
    view.changed.disconnect(this._render, this);
    view.cellsChanged.disconnect(this._render, this);
  }

  private _render(view: IRunView): void {
    const tab = this._tabs.get(view);
    if (!tab) {
      return;
    }
    const { title, status } = view.run;
    const isShown = view.id === this._body.currentRun;
    tab.setAttribute('aria-selected', String(isShown));
    tab.tabIndex = isShown ? 0 : -1;
    tab.dataset.status = status;
    const key = JSON.stringify([
      title,
      status,
      this._depth(view),
      runSign(view)
    ]);
    if (tab.dataset.shown !== key) {
      tab.dataset.shown = key;
      tab.replaceChildren(...this._content(view));
    }
  }

  private _content(view: IRunView): HTMLElement[] {
    const sign = element('span', 'jp-PatinaRunTab-sign', runSign(view));
    const close = element('span', 'jp-PatinaRunTab-close', '×');
    sign.ariaHidden = close.ariaHidden = 'true';
    const name = element('span', 'jp-PatinaRunTab-name', view.run.title);
    const depth = this._depth(view);
    if (depth > 0) {
      name.prepend(`${'└'.repeat(depth)} `, forkSign());
    }
    close.title = this._trans.__('Hide this run; it goes on');
    close.onclick = event => {
      event.stopPropagation();
      this._hide(view);
    };
    const word = runWord(view, this._trans);
    return [name, sign, element('span', 'jp-PatinaUnseen', `, ${word}`), close];
  }

  private _depth(view: IRunView): number {
    return forkDepth(this._runs, view.id);
  }

  private _choose(view: IRunView): void {
    this._body.currentRun = view.id;
  }

  private _hide(view: IRunView): void {
    const visible = this._visible;
    const index = visible.indexOf(view);
    const next = visible[index + 1] ?? visible[index - 1];
    if (!next) {
      return;
    }
    this._hidden.add(view.id);
    if (view.id === this._body.currentRun) {
      this._choose(next);
    }
    this._onRuns();
  }

  private _unhide(): void {
    this._hidden.clear();
    this._onRuns();
  }

  private _showHidden(): void {
    const known = new Set(this._runs.runs.map(view => view.id));
    const count = [...this._hidden].filter(id => known.has(id)).length;
    this._hiddenButton.hidden = count === 0;
    this._hiddenButton.textContent = this._trans._n(
      '%1 hidden',
      '%1 hidden',
      count
    );
    this._hiddenButton.title = this._trans.__('Show all runs');
  }

  /** The keys of tabs as the ARIA Authoring Practices have them; Delete closes. */
  private readonly _onKey = (event: KeyboardEvent): void => {
    const visible = this._visible;
    const index = visible.findIndex(view => view.id === this._body.currentRun);
    const next = neighbour(event.key, index, visible.length);
    if (event.key === 'Delete' && visible[index]) {
      this._hide(visible[index]);
    } else if (next === null) {
      return;
    } else if (visible[next]) {
      this._choose(visible[next]);
    }
    event.preventDefault();
    event.stopPropagation();
    const shown = this._runs.get(this._body.currentRun ?? '');
    this._tabs.get(shown as IRunView)?.focus();
  };

  private readonly _list = element('div', 'jp-PatinaRunTabs-list');
  private readonly _hiddenButton = button(
    'jp-PatinaButton',
    '',
    () => undefined
  );
  private readonly _tabs = new Map<IRunView, HTMLElement>();
  private readonly _hidden = new Set<string>();
}

/** The index that a key of a tab list goes to; null for a key that goes nowhere. */
function neighbour(key: string, index: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return (index + 1) % count;
    case 'ArrowLeft':
      return (index - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
