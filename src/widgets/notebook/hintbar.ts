import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { type Hint, hintNow } from '../../model/hints';
import type { DismissedHints } from '../../services/dismissedhints';
import type { IRunView } from '../../tokens';
import type * as wire from '../../wire';
import { button, element } from '../timeline/element';
import type { PatinaPanel } from './panel';
import type { NotebookSettings } from './settings';

/** A long history is not read for a hint: so many output cells of each run say it all. */
const ENOUGH = 20;

/** What a hint offers to do at once; the command's id. */
const ACTIONS: Partial<Record<Hint, string>> = {
  globals: 'patina:show-globals',
  compare: 'patina:compare-runs'
};

/** Taught by its keys: a button would run the cell below the one that was just run. */
const FORK = 'patina:run-in-fork';

/** What the hints are shown with. */
export interface IHintServices {
  readonly settings: NotebookSettings;
  readonly dismissed: DismissedHints;
  readonly trans: TranslationBundle;
  execute(command: string): void;
  /** The label of a command. */
  label(command: string): string;
  /** The keys of a command, as a person has set them; empty when there are none. */
  keys(command: string): string;
  isGlobalsShown(): boolean;
}

/** One line below the timeline that tells, at the right moment, what else can be done. */
export class HintBar extends Widget {
  constructor(
    private readonly _panel: PatinaPanel,
    private readonly _services: IHintServices
  ) {
    super();
    const { trans } = _services;
    this.addClass('jp-PatinaHint');
    this.node.setAttribute('role', 'note');
    this.node.setAttribute('aria-label', trans.__('Hint'));
    this.hide();
    _services.settings.changed.connect(this._look, this);
    _services.dismissed.changed.connect(this._look, this);
    _panel.shownRun.changed.connect(this._look, this);
    _panel.content.runs?.runsChanged.connect(this._look, this);
    _panel.live?.marks.changed.connect(this._look, this);
    this._look();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    const { settings, dismissed } = this._services;
    settings.changed.disconnect(this._look, this);
    dismissed.changed.disconnect(this._look, this);
    this._panel.shownRun.changed.disconnect(this._look, this);
    this._panel.content.runs?.runsChanged.disconnect(this._look, this);
    super.dispose();
  }

  private _look(): void {
    const hint = this._now();
    if (hint !== this._shown) {
      this._shown = hint;
      this.setHidden(hint === null);
      this.node.replaceChildren(...(hint ? this._content(hint) : []));
    }
  }

  private _now(): Hint | null {
    const { settings, dismissed } = this._services;
    const { content, shownRun } = this._panel;
    if (!settings.showHints || !dismissed.all || !shownRun.view) {
      return null;
    }
    const views = content.runs?.runs ?? [];
    const outputs = views.flatMap(view =>
      view.seqs.slice(0, ENOUGH).flatMap(seq => {
        const cell = view.cell(seq);
        return cell ? [{ run: view.id, ...cell }] : [];
      })
    );
    const runs = views.map(({ run }) => run);
    const isGlobalsShown = this._services.isGlobalsShown();
    const latest = latestEnd(shownRun.view);
    return hintNow({ runs, outputs, latest, isGlobalsShown }, dismissed.all);
  }

  private _content(hint: Hint): HTMLElement[] {
    const { trans, dismissed, execute, label } = this._services;
    const sentence = hintText(hint, this._services);
    const action = ACTIONS[hint];
    const close = button('jp-PatinaButton', trans.__('Got it'), () => {
      void dismissed.add(hint);
      this._panel.content.activate();
    });
    const text = element('span', 'jp-PatinaHint-text', sentence);
    if (action === undefined) {
      return [text, close];
    }
    const act = button('jp-PatinaButton', label(action), () => {
      execute(action);
      void dismissed.add(hint);
    });
    return [text, act, close];
  }

  private _shown: Hint | null = null;
}

/** How the latest output cell ended that is not under way. */
function latestEnd(view: IRunView): wire.CellStatus | null {
  return (
    view.seqs
      .slice(-ENOUGH)
      .map(seq => view.cell(seq)?.status)
      .findLast(status => status && !['queued', 'running'].includes(status)) ??
    null
  );
}

function hintText(hint: Hint, services: IHintServices): string {
  const { trans } = services;
  const [keys, label] = [services.keys(FORK), services.label(FORK)];
  const texts: Record<Hint, string> = {
    rerun: trans.__(
      'Change the cell and run it again: this result stays, with the code as it ran.'
    ),
    globals: trans.__(
      'The panel Globals shows every variable, and what each cell changed.'
    ),
    fork: trans.__(
      'Try another value without losing this: change it, then %1.',
      keys ? `${keys} (${label})` : label
    ),
    compare: trans.__(
      'Two runs can be compared: code, outputs and variables, only what differs.'
    )
  };
  return texts[hint];
}
