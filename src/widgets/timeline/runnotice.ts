import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { formatDuration } from '../../model/duration';
import { sentences } from '../../model/said';
import { askForHeight } from '../notebook/banner';
import { button, element } from './element';
import {
  type INotice,
  type IRunActions,
  type IRunNews,
  RunNotices
} from './runnotices';

/**
 * The state of the shown run, where it is more than a sign can say: above the timeline, or above
 * the notebook while its timeline is out of view.
 */
export class RunNotice extends Widget {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _actions: IRunActions,
    /** Say this to a screen reader when things are quiet. */
    private readonly _announce: (sentence: string) => void
  ) {
    super();
    this.addClass('jp-PatinaNotices');
    this._notices = new RunNotices(_trans, _actions);
  }

  /** Whether the timeline is out of view: then it is told, too, what can be seen there. */
  get isApart(): boolean {
    return this._isApart;
  }

  set isApart(isApart: boolean) {
    this._isApart = isApart;
    this.node.style.minHeight = '';
    this._render();
  }

  /** Say what is to be said; what was said already is left as it is. */
  tell(news: IRunNews): void {
    const focused = this._focusedButton();
    this._news = news;
    this._render();
    if (focused !== null) {
      this._focusAgain(focused);
    }
  }

  override dispose(): void {
    clearInterval(this._timer);
    super.dispose();
  }

  protected override onResize(): void {
    if (this._isApart) {
      askForHeight(this);
    }
  }

  private _render(): void {
    const notices = this._news ? this._told(this._news) : [];
    const key = JSON.stringify(notices);
    if (key === this._key) {
      return;
    }
    this._key = key;
    clearInterval(this._timer);
    this._timer = undefined;
    this.node.replaceChildren(...notices.map(notice => this._node(notice)));
    this.onResize();
    this._say(notices);
  }

  /** What names the button that has the focus; null when none of these has it. */
  private _focusedButton(): string | null {
    const focused = document.activeElement;
    return this.node.contains(focused) ? nameOf(focused!) : null;
  }

  /** A button that went away leaves the focus to the notebook. */
  private _focusAgain(name: string): void {
    const buttons = [...this.node.querySelectorAll('button')];
    const same = buttons.find(button => nameOf(button) === name);
    if (same) {
      same.focus();
    } else {
      this._actions.focusNotebook();
    }
  }

  private _told(news: IRunNews): INotice[] {
    return this._isApart
      ? this._notices.apart(news)
      : this._notices.beside(news);
  }

  /** Alerts speak for themselves; of the others what was not there before is said. */
  private _say(notices: readonly INotice[]): void {
    const polite = notices.filter(({ role }) => role === 'status');
    const told = polite.map(({ message, details }) =>
      sentences([message, ...details], this._trans)
    );
    told
      .filter(sentence => !this._said.has(sentence))
      .forEach(sentence => this._announce(sentence));
    this._said = new Set(told);
  }

  private _node(notice: INotice): HTMLElement {
    const node = element('div', 'jp-PatinaNotice');
    if (notice.role === 'alert') {
      node.setAttribute('role', notice.role);
    }
    node.dataset.kind = notice.kind;
    node.append(element('strong', '', notice.message));
    if (notice.since !== undefined) {
      node.append(this._clock(notice.since, notice.previousMs));
    }
    node.append(
      ...notice.details.map(text => element('span', '', text)),
      ...(notice.lines ? [list(notice.lines)] : []),
      ...notice.actions.map(([label, act]) =>
        button('jp-PatinaButton', label, act)
      )
    );
    return node;
  }

  /** The seconds that pass; a screen reader is spared them. */
  private _clock(since: string, previousMs?: number): HTMLElement {
    const clock = element('span', 'jp-PatinaNotice-clock');
    clock.setAttribute('aria-hidden', 'true');
    const tick = () => {
      const took = formatDuration(Date.now() - Date.parse(since));
      clock.textContent =
        previousMs === undefined
          ? took
          : this._trans.__('%1, previous %2', took, formatDuration(previousMs));
    };
    tick();
    this._timer = setInterval(tick, 100);
    return clock;
  }

  private readonly _notices: RunNotices;
  private _news: IRunNews | null = null;
  private _isApart = false;
  private _said: ReadonlySet<string> = new Set();
  private _key = '[]';
  private _timer: ReturnType<typeof setInterval> | undefined;
}

/** A button, by what it says in which notice. */
function nameOf(button: Element): string {
  const notice = button.closest<HTMLElement>('.jp-PatinaNotice');
  return `${notice?.dataset.kind} ${button.textContent}`;
}

function list(lines: readonly string[]): HTMLElement {
  const node = element('ul', 'jp-PatinaNotice-lines');
  node.append(...lines.map(line => element('li', '', line)));
  return node;
}
