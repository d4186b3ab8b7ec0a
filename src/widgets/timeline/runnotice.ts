import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { formatDuration } from '../../model/duration';
import type { ConnectionState, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { IForkTrouble } from '../notebook/forking';
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
}

/** What is to be said about the shown run: that it starts, has ended, or cannot be reached. */
export interface INotice {
  /** `alert` interrupts a screen reader; `status` waits. */
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

/** Above the timeline: the state of the shown run, where it is more than a sign can say. */
export class RunNotice extends Widget {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _actions: IRunActions
  ) {
    super();
    this.addClass('jp-PatinaNotices');
  }

  /** Say what is to be said; what was said already is left as it is. */
  tell(
    view: IRunView | null,
    connection: ConnectionState,
    trouble: IForkTrouble | null
  ): void {
    const notices = [
      ...(connection === 'reconnecting' ? [this._reconnecting()] : []),
      ...(trouble && trouble.run === view?.id
        ? [troubleNotice(trouble, this._trans, this._actions)]
        : []),
      ...(view ? reportNotices(view, this._trans, this._actions) : []),
      ...(view ? this._ofRun(view.run) : [])
    ];
    const key = JSON.stringify(notices);
    if (key !== this._key) {
      this._key = key;
      clearInterval(this._timer);
      this._timer = undefined;
      this.node.replaceChildren(...notices.map(notice => this._node(notice)));
    }
  }

  override dispose(): void {
    clearInterval(this._timer);
    super.dispose();
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
        ? trans.__('%1: %2', run.kernel_name, run.phase.name)
        : trans.__('%1 is starting', run.kernel_name),
      details: [],
      since: run.phase?.since,
      previousMs: run.phase?.previous_ms,
      actions: [[trans.__('Cancel'), () => this._actions.stop(run.id)]]
    };
  }

  private _ended(run: wire.Run): INotice {
    const trans = this._trans;
    const message =
      run.error?.message ??
      (run.status === 'lost'
        ? trans.__('The kernel of %1 is gone', run.title)
        : trans.__('%1 has failed', run.title));
    return {
      role: 'alert',
      kind: run.status,
      message,
      details: [
        run.error?.reason ?? '',
        run.error?.hint ?? trans.__('The timeline is kept.')
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
            message: error.message,
            details: [error.reason, error.hint].filter(Boolean),
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
    node.setAttribute('role', notice.role);
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

  private _key = '[]';
  private _timer: ReturnType<typeof setInterval> | undefined;
}

function list(lines: readonly string[]): HTMLElement {
  const node = element('ul', 'jp-PatinaNotice-lines');
  node.append(...lines.map(line => element('li', '', line)));
  return node;
}
