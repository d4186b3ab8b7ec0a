import { DOMUtils } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { forkTree, type IRunNode, runDetail } from '../../model/runtree';
import { runSign, runWord } from '../../model/runwords';
import type { IRunsModel, IRunView } from '../../tokens';
import type { PatinaPanel } from '../notebook/panel';
import { button, element } from '../timeline/element';

/** What can be done with the run that a notebook shows. */
export interface IRunCommands {
  rename(panel: PatinaPanel): void;
  stop(panel: PatinaPanel): void;
  remove(panel: PatinaPanel): void;
}

type RunAct = (panel: PatinaPanel) => void;

/** The runs of the notebook in front, each fork below what it was forked from. */
export class RunTree extends Widget {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _commands: IRunCommands
  ) {
    super();
    this.addClass('jp-PatinaRunTree');
    this._tree.setAttribute('role', 'tree');
    this._tree.setAttribute('aria-label', this._trans.__('Runs'));
    this._tree.addEventListener('keydown', this._onKey);
    this.node.append(this._note, this._tree);
    this.showPanel(null);
  }

  /** Follow this notebook from now on. */
  showPanel(panel: PatinaPanel | null): void {
    this._panel?.content.currentRunChanged.disconnect(this._render, this);
    this._panel?.content.opened.disconnect(this._followRuns, this);
    this._panel = panel;
    panel?.content.currentRunChanged.connect(this._render, this);
    panel?.content.opened.connect(this._followRuns, this);
    panel?.disposed.connect(
      () => this._panel === panel && this.showPanel(null)
    );
    this._followRuns();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.showPanel(null);
    cancelAnimationFrame(this._frame);
    super.dispose();
  }

  protected override onActivateRequest(): void {
    this._items()
      .find(item => item.tabIndex === 0)
      ?.focus();
  }

  private _followRuns(): void {
    const runs = this._panel?.content.runs ?? null;
    this._runs?.runsChanged.disconnect(this._followViews, this);
    this._runs = runs;
    runs?.runsChanged.connect(this._followViews, this);
    this._followViews();
  }

  private _followViews(): void {
    this._views.forEach(view => {
      view.changed.disconnect(this._later, this);
      view.cellsChanged.disconnect(this._later, this);
    });
    this._views = this._runs?.isDisposed ? [] : (this._runs?.runs ?? []);
    this._views.forEach(view => {
      view.changed.connect(this._later, this);
      view.cellsChanged.connect(this._later, this);
    });
    this._render();
  }

  /** A run that prints changes many times a second. */
  private _later(): void {
    cancelAnimationFrame(this._frame);
    this._frame = requestAnimationFrame(() => this._render());
  }

  private _render(): void {
    const nodes = forkTree(this._views.map(({ run }) => run));
    const key = JSON.stringify([
      this._panel?.content.currentRun,
      this._views.map(view => [view.run, view.seqs.length, runSign(view)])
    ]);
    this._note.hidden = nodes.length > 0;
    this._tree.hidden = nodes.length === 0;
    this._note.textContent = this._panel
      ? this._trans.__('No runs yet')
      : this._trans.__('No notebook with runs is in front');
    if (key !== this._key) {
      this._key = key;
      const focused = (document.activeElement as HTMLElement | null)?.dataset;
      const hadFocus = this._tree.contains(document.activeElement);
      this._tree.replaceChildren(...nodes.map(node => this._item(node, 1)));
      if (hadFocus) {
        this._itemOf(focused?.run ?? '')?.focus();
      }
    }
  }

  private _item(node: IRunNode, level: number): HTMLElement {
    const { run, children } = node;
    const isShown = run.id === this._panel?.content.currentRun;
    const item = element('div', 'jp-PatinaRunTree-item');
    item.id = `${this._id}-${run.id}`;
    item.setAttribute('role', 'treeitem');
    item.setAttribute('aria-level', String(level));
    item.setAttribute('aria-selected', String(isShown));
    item.dataset.run = run.id;
    item.dataset.status = run.status;
    item.tabIndex = isShown ? 0 : -1;
    const line = this._line(node, level);
    item.setAttribute(
      'aria-label',
      [run.title, line.dataset.detail].join(', ')
    );
    item.append(line);
    if (children.length > 0) {
      item.setAttribute('aria-expanded', 'true');
      const group = element('div', '');
      group.setAttribute('role', 'group');
      group.append(...children.map(child => this._item(child, level + 1)));
      item.append(group);
    }
    return item;
  }

  private _line({ run }: IRunNode, level: number): HTMLElement {
    const view = this._views.find(({ id }) => id === run.id);
    const word = view ? runWord(view, this._trans) : '';
    const outputs = view?.seqs.length ?? 0;
    const detail = runDetail(run, word, outputs, this._trans);
    const line = element('div', 'jp-PatinaRunTree-line');
    line.style.setProperty('--patina-level', String(level - 1));
    line.dataset.detail = detail;
    line.onclick = () => this._choose(run.id);
    line.ondblclick = () => this._panel?.content.runPane?.activate();
    const sign = element(
      'span',
      'jp-PatinaRunTab-sign',
      view ? runSign(view) : ''
    );
    sign.ariaHidden = 'true';
    const text = element('span', 'jp-PatinaRunTree-text');
    text.append(
      element('span', 'jp-PatinaRunTree-title', run.title),
      element('span', 'jp-PatinaRunTree-detail', detail)
    );
    line.append(sign, text, this._buttons(run.id, run.title));
    return line;
  }

  /** By mouse; on the keyboard F2 and Delete do the same. */
  private _buttons(run: string, title: string): HTMLElement {
    const trans = this._trans;
    const { rename, stop, remove } = this._commands;
    const buttons = element('span', 'jp-PatinaRunTree-buttons');
    const add = (text: string, label: string, act: RunAct) => {
      const node = button('jp-PatinaRunTree-button', text, () =>
        this._do(act, run)
      );
      node.tabIndex = -1;
      node.title = label;
      node.setAttribute('aria-label', label);
      buttons.append(node);
    };
    add('✎', trans.__('Rename %1', title), rename);
    add('■', trans.__('Stop the kernel of %1', title), stop);
    add('✕', trans.__('Delete %1', title), remove);
    return buttons;
  }

  private _choose(run: string): void {
    if (this._panel) {
      this._panel.content.currentRun = run;
    }
  }

  private _items(): HTMLElement[] {
    return [...this._tree.querySelectorAll<HTMLElement>('[role="treeitem"]')];
  }

  private _itemOf(run: string): HTMLElement | undefined {
    return this._items().find(item => item.dataset.run === run);
  }

  private readonly _onKey = (event: KeyboardEvent): void => {
    const items = this._items();
    const item = (event.target as Element).closest<HTMLElement>(
      '[role="treeitem"]'
    );
    const index = item ? items.indexOf(item) : -1;
    const parent =
      item?.parentElement?.closest<HTMLElement>('[role="treeitem"]');
    const next: Partial<Record<string, HTMLElement | null | undefined>> = {
      ArrowDown: items[index + 1],
      ArrowUp: items[index - 1],
      Home: items[0],
      End: items.at(-1),
      ArrowLeft: parent,
      ArrowRight: item?.querySelector<HTMLElement>('[role="treeitem"]')
    };
    if (!item || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key in next) {
      this._rove(item, next[event.key]);
    } else if (!this._act(event.key, item)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  private _rove(from: HTMLElement, to: HTMLElement | null | undefined): void {
    if (to) {
      from.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    }
  }

  private _act(key: string, { dataset }: HTMLElement): boolean {
    const acts: Partial<Record<string, RunAct>> = {
      Enter: ({ content }) => content.runPane?.activate(),
      ' ': () => undefined,
      F2: this._commands.rename,
      Delete: this._commands.remove
    };
    const act = acts[key];
    if (act) {
      this._do(act, dataset.run ?? '');
    }
    return act !== undefined;
  }

  private _do(act: RunAct, run: string): void {
    this._choose(run);
    if (this._panel) {
      act(this._panel);
    }
  }

  private _panel: PatinaPanel | null = null;
  private _runs: IRunsModel | null = null;
  private _views: readonly IRunView[] = [];
  private _key = '';
  private _frame = 0;
  private readonly _id = DOMUtils.createDomID();
  private readonly _note = element('p', 'jp-PatinaRunTree-note');
  private readonly _tree = element('div', 'jp-PatinaRunTree-tree');
}
