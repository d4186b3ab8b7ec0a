import type { TranslationBundle } from '@jupyterlab/translation';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Debouncer } from '@lumino/polling';
import { Widget } from '@lumino/widgets';
import type { HistoryModel } from '../../model/historymodel';
import type * as wire from '../../wire';
import type { PatinaPanel } from '../notebook/panel';
import { button, element } from '../timeline/element';
import type { OutputLoader } from '../timeline/loader';
import { HistoryBar } from './historybar';
import { foundNode } from './foundnode';
import { Thumbnails } from './thumbnails';

/** How long after a key the server is asked, in milliseconds. */
const PAUSE = 200;

/** What the panel does with what was found. */
export interface IHistoryActions {
  readonly rendermime: IRenderMimeRegistry;
  loaderOf(panel: PatinaPanel): OutputLoader;
  go(panel: PatinaPanel, found: wire.Found): void;
}

/** Looks for words in all runs of the notebook in front, also in those that have ended. */
export class HistoryPanel extends Widget {
  constructor(
    readonly model: HistoryModel,
    private readonly _trans: TranslationBundle,
    private readonly _actions: IHistoryActions
  ) {
    super();
    this.addClass('jp-PatinaHistory');
    this.node.setAttribute('role', 'search');
    this.node.setAttribute('aria-label', this._trans.__('History'));
    this._note.setAttribute('role', 'status');
    this._list.setAttribute('aria-label', this._trans.__('Found outputs'));
    this._list.addEventListener('keydown', this._onKey);
    this._bar = new HistoryBar(_trans, {
      ask: query => void this._asking.invoke(query),
      search: () => void model.search(),
      leave: () => this._buttons()[0]?.focus(),
      activeCell: () => this._panel?.content.notebook.activeCell?.model.id ?? ''
    });
    this._more = button(
      'jp-PatinaButton',
      this._trans.__('More'),
      () => void model.more()
    );
    this.node.append(this._bar.node, this._note, this._list, this._more);
    this._asking = new Debouncer(
      (query: Parameters<HistoryModel['ask']>[0]) => model.ask(query),
      PAUSE
    );
    model.changed.connect(this._render, this);
    this._render();
  }

  /** Search this notebook from now on. */
  showPanel(panel: PatinaPanel | null): void {
    const bar = this._bar;
    const before = this._panel?.content;
    before?.opened.disconnect(this._onOpened, this);
    before?.notebook.activeCellChanged.disconnect(bar.moved, bar);
    this._panel = panel;
    panel?.content.opened.connect(this._onOpened, this);
    panel?.content.notebook.activeCellChanged.connect(bar.moved, bar);
    panel?.disposed.connect(
      () => this._panel === panel && this.showPanel(null)
    );
    this._onOpened();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.showPanel(null);
    this._asking.dispose();
    this._thumbnails?.dispose();
    this.model.dispose();
    super.dispose();
  }

  protected override onActivateRequest(): void {
    this._bar.focus();
  }

  /** What ran meanwhile is found as well. */
  protected override onAfterShow(): void {
    this._follow();
    void this.model.search();
  }

  private _onOpened(): void {
    this._thumbnails?.dispose();
    this._thumbnails = this._panel
      ? new Thumbnails(
          this._actions.loaderOf(this._panel),
          this._actions.rendermime
        )
      : null;
    if (this.isVisible) {
      this._follow();
    }
  }

  private _follow(): void {
    const { content } = this._panel ?? {};
    this._bar.offer(content?.runs?.runs.map(({ run }) => run) ?? []);
    void this.model.show(content?.notebookId ?? null);
  }

  private _render(): void {
    const { found, isSearching, hasMore } = this.model;
    const nodes = found.map(one => this._node(one));
    this._list.replaceChildren(...nodes);
    this._list.hidden = nodes.length === 0;
    this._more.hidden = isSearching || !hasMore;
    const text = this._text();
    if (this._note.textContent !== text) {
      this._note.textContent = text;
    }
  }

  private _node(found: wire.Found): HTMLElement {
    const known = this._nodes.get(found);
    if (known) {
      return known;
    }
    const runs = this._panel?.content.runs;
    const run = runs?.get(found.run);
    const title = run?.run.title ?? '';
    const node = foundNode(found, title, this._place(found), this._trans);
    node.querySelector('button')?.addEventListener('click', () => {
      if (this._panel) {
        this._actions.go(this._panel, found);
      }
    });
    this._thumbnails?.fill(
      node,
      found.thumbnail,
      mime =>
        run?.cell(found.seq)?.outputs.find(({ data }) => data?.[mime])?.data?.[
          mime
        ]
    );
    this._nodes.set(found, node);
    return node;
  }

  /** Where the cell is in the source, counted from 1; null when it was deleted. */
  private _place({ cell }: wire.Found): number | null {
    const cells = this._panel?.model.cells ?? [];
    let place = 0;
    for (const { id } of cells) {
      place++;
      if (id === cell) {
        return place;
      }
    }
    return null;
  }

  private _text(): string {
    const trans = this._trans;
    const { found, progress, isSearching, hasMore, trouble, unread } =
      this.model;
    if (!this._panel) {
      return trans.__('No notebook with runs is in front');
    }
    if (trouble !== null) {
      return `⚠ ${trouble}`;
    }
    if (isSearching && found.length === 0) {
      return trans.__('Searching… %1 of %2', progress.searched, progress.total);
    }
    if (found.length === 0 && unread === 0) {
      return trans.__('Nothing was found');
    }
    const count = trans._n('%1 output', '%1 outputs', found.length);
    const parts = [
      hasMore ? trans.__('the latest %1', count) : count,
      unread > 0 ? trans._n('%1 unreadable', '%1 unreadable', unread) : ''
    ];
    return parts.filter(Boolean).join(' · ');
  }

  private _buttons(): HTMLButtonElement[] {
    return [...this._list.querySelectorAll('button')];
  }

  private readonly _onKey = (event: KeyboardEvent): void => {
    const buttons = this._buttons();
    const index = buttons.indexOf(event.target as HTMLButtonElement);
    const next: Partial<Record<string, number>> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: buttons.length - 1
    };
    const to = next[event.key];
    if (index < 0 || to === undefined) {
      return;
    }
    if (to < 0) {
      this._bar.focus();
    } else {
      buttons[to]?.focus();
    }
    event.preventDefault();
    event.stopPropagation();
  };

  private _panel: PatinaPanel | null = null;
  private _thumbnails: Thumbnails | null = null;
  private readonly _bar: HistoryBar;
  private readonly _asking: Debouncer<
    void,
    unknown,
    Parameters<HistoryModel['ask']>
  >;
  private readonly _note = element('p', 'jp-PatinaHistory-note');
  private readonly _list = element('ul', 'jp-PatinaHistory-list');
  private readonly _more: HTMLButtonElement;
  private readonly _nodes = new WeakMap<wire.Found, HTMLElement>();
}
