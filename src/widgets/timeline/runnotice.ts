import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { formatDuration } from '../../model/duration';
import { askingCell, type IAskingCell } from '../../model/question';
import { said } from '../../model/said';
import type { ConnectionState, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { IForkTrouble } from '../notebook/forking';
import { askForHeight } from '../notebook/banner';
import { button, element } from './element';
import { type IForkActions, reportNotices, troubleNotice } from './reports';

/** What a notice offers to do. */
export interface IRunActions extends IForkActions {
  /** Go on from before the cell that ended the kernel. */
  undo(run: string): void;
  restart(run: string): void;
  /** Go on with the state that was saved. */
  continueSaved(run: wire.Run): void;
  stop(run: string): void;
  newRun(): void;
  /** Go to what a cell asks. */
  answer(seq: number): void;
  showTimeline(): void;
}

/** What the notices are about. */
export interface IRunNews {
  /** The shown run; null when there is none. */
  readonly view: IRunView | null;
  readonly connection: ConnectionState;
  readonly trouble: IForkTrouble | null;
}

/** What is to be said about the shown run: that it starts, has ended, or cannot be reached. */
export interface INotice {
  /** An alert interrupts a screen reader; what is a status it hears when things are quiet. */
  readonly role: 'alert' | 'status';
  readonly kind: string;
  readonly message: string;
  readonly details: readonly string[];
  /** One below the other, where there may be many. */
  readonly lines?: readonly string[];
  readonly actions: readonly [label: string, act: () => void][];
  readonly since?: string;
  readonly previousMs?: number;
}

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
    this._news = news;
    this._render();
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
    const notices = this._news ? this._notices(this._news) : [];
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

  private _notices({ view, connection, trouble }: IRunNews): INotice[] {
    const notices = [
      ...(connection === 'reconnecting' ? [this._reconnecting()] : []),
      ...(trouble && trouble.run === view?.id
        ? [troubleNotice(trouble, this._trans, this._actions)]
        : []),
      ...(view ? reportNotices(view, this._trans, this._actions) : []),
      ...(view ? this._ofRun(view.run) : [])
    ];
    return this._isApart ? this._withTimeline(notices, view) : notices;
  }

  /** What a person who does not see the timeline would see there, and the way to it. */
  private _withTimeline(
    notices: readonly INotice[],
    view: IRunView | null
  ): INotice[] {
    const show: INotice['actions'][number] = [
      this._trans.__('Show Timeline'),
      () => this._actions.showTimeline()
    ];
    const cell = view && askingCell(view);
    return [
      ...notices.map(notice =>
        notice.role === 'alert'
          ? { ...notice, actions: [...notice.actions, show] }
          : notice
      ),
      ...(cell ? [this._question(cell)] : [])
    ];
  }

  private _question({ seq, input_request }: IAskingCell): INotice {
    const trans = this._trans;
    const prompt = input_request.prompt.trim();
    return {
      role: 'status',
      kind: 'asks',
      message: trans.__('The cell of output %1 asks for input', seq),
      details: prompt ? [prompt] : [],
      actions: [[trans.__('Answer'), () => this._actions.answer(seq)]]
    };
  }

  /** Alerts speak for themselves; of the others what was not there before is said. */
  private _say(notices: readonly INotice[]): void {
    const polite = notices.filter(({ role }) => role === 'status');
    const sentences = polite.map(({ message, details }) =>
      [message, ...details].join('. ')
    );
    sentences
      .filter(sentence => !this._said.has(sentence))
      .forEach(sentence => this._announce(sentence));
    this._said = new Set(sentences);
  }

  private _ofRun(run: wire.Run): INotice[] {
    switch (run.status) {
      case 'starting':
      case 'forking':
        return [this._starting(run)];
      case 'failed':
      case 'lost':
        return [this._ended(run)];
      case 'stopped':
        return [this._stopped(run), ...this._trouble(run)];
      case 'idle':
      case 'busy':
        return this._trouble(run);
    }
  }

  private _starting(run: wire.Run): INotice {
    const trans = this._trans;
    return {
      role: 'status',
      kind: 'starting',
      message: run.phase
        ? trans.__('%1: %2', run.kernel_name, said(run.phase, 'name', trans))
        : trans.__('%1 is starting', run.kernel_name),
      details: [],
      since: run.phase?.since,
      previousMs: run.phase?.previous_ms,
      actions: [[trans.__('Cancel'), () => this._actions.stop(run.id)]]
    };
  }

  private _ended(run: wire.Run): INotice {
    const trans = this._trans;
    const { error = {} } = run as { error?: Partial<wire.RunError> };
    const message =
      said(error, 'message', trans) ||
      (run.status === 'lost'
        ? trans.__('The kernel of %1 is gone', run.title)
        : trans.__('%1 has failed', run.title));
    return {
      role: 'alert',
      kind: run.status,
      message,
      details: [
        said(error, 'reason', trans),
        said(error, 'hint', trans) || trans.__('The timeline is kept.')
      ].filter(text => !message.includes(text)),
      actions: this._goOn(run)
    };
  }

  private _stopped(run: wire.Run): INotice {
    return {
      role: 'status',
      kind: 'stopped',
      message: this._trans.__('%1 is stopped', run.title),
      details: [
        run.saved
          ? this._trans.__('Its timeline is kept, and a state that was saved.')
          : this._trans.__('Its variables are gone, its timeline is kept.')
      ],
      actions: this._goOn(run)
    };
  }

  private _goOn(run: wire.Run): INotice['actions'] {
    return [
      ...(run.saved ? [this._continueSaved(run)] : []),
      [this._trans.__('Restart'), () => this._actions.restart(run.id)],
      ...(run.crash ? [this._goBack(run, run.crash)] : []),
      [this._trans.__('New Run'), () => this._actions.newRun()]
    ];
  }

  private _continueSaved(run: wire.Run): INotice['actions'][number] {
    return [
      this._trans.__('Continue Saved Run'),
      () => this._actions.continueSaved(run)
    ];
  }

  private _goBack(
    run: wire.Run,
    { seq }: wire.Crash
  ): INotice['actions'][number] {
    const label =
      seq === undefined
        ? this._trans.__('Go on from the last state')
        : this._trans.__('Go on from before this cell (#%1)', seq);
    return [label, () => this._actions.undo(run.id)];
  }

  private _trouble({ error }: wire.Run): INotice[] {
    return error
      ? [
          {
            role: 'alert',
            kind: 'trouble',
            message: said(error, 'message', this._trans),
            details: [
              said(error, 'reason', this._trans),
              said(error, 'hint', this._trans)
            ].filter(Boolean),
            actions: []
          }
        ]
      : [];
  }

  private _reconnecting(): INotice {
    return {
      role: 'status',
      kind: 'reconnecting',
      message: this._trans.__('Server still running; reconnecting'),
      details: [this._trans.__('What runs goes on; results will catch up.')],
      actions: []
    };
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

  private _news: IRunNews | null = null;
  private _isApart = false;
  private _said: ReadonlySet<string> = new Set();
  private _key = '[]';
  private _timer: ReturnType<typeof setInterval> | undefined;
}

function list(lines: readonly string[]): HTMLElement {
  const node = element('ul', 'jp-PatinaNotice-lines');
  node.append(...lines.map(line => element('li', '', line)));
  return node;
}
