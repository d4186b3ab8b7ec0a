import type { TranslationBundle } from '@jupyterlab/translation';
import { kernelTitle } from '../../languages';
import { askingCell, type IAskingCell } from '../../model/question';
import { said } from '../../model/said';
import type { ConnectionState, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import type { IForkTrouble } from '../notebook/forking';
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
  /** Give the focus to the notebook. */
  focusNotebook(): void;
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

/** What is to be said about a run, in which words, and what can be done about it. */
export class RunNotices {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _actions: IRunActions
  ) {}

  /** What is to be said where the timeline is in view. */
  beside({ view, connection, trouble }: IRunNews): INotice[] {
    return byUrgency([
      ...(view ? this._ofRun(view.run) : []),
      ...(trouble && trouble.run === view?.id
        ? [troubleNotice(trouble, this._trans, this._actions)]
        : []),
      ...(connection === 'reconnecting' ? [this._reconnecting()] : []),
      ...(view ? reportNotices(view, this._trans, this._actions) : [])
    ]);
  }

  /** The same for a person who does not see the timeline, and what is asked there; the way to it. */
  apart(news: IRunNews): INotice[] {
    const show: INotice['actions'][number] = [
      this._trans.__('Show Timeline'),
      () => this._actions.showTimeline()
    ];
    const cell = news.view && askingCell(news.view);
    return byUrgency([
      ...(cell ? [this._question(cell)] : []),
      ...this.beside(news).map(notice =>
        notice.role === 'alert'
          ? { ...notice, actions: [...notice.actions, show] }
          : notice
      )
    ]);
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
    const kernel = kernelTitle(run.kernel_name);
    return {
      role: 'status',
      kind: 'starting',
      message: run.phase
        ? trans.__('%1: %2', kernel, said(run.phase, 'name', trans))
        : trans.__('%1 is starting', kernel),
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

  /** What loses least comes first. */
  private _goOn(run: wire.Run): INotice['actions'] {
    return [
      ...(run.crash ? [this._goBack(run, run.crash)] : []),
      ...(run.saved ? [this._continueSaved(run)] : []),
      [this._trans.__('Restart'), () => this._actions.restart(run.id)],
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
}

/** Alerts first: in a low window what comes later is below the edge. */
function byUrgency(notices: readonly INotice[]): INotice[] {
  const isAlert = ({ role }: INotice) => role === 'alert';
  return [
    ...notices.filter(isAlert),
    ...notices.filter(notice => !isAlert(notice))
  ];
}
