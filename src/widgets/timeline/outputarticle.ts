import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Panel, Widget } from '@lumino/widgets';
import type { Unable } from '../../model/abilities';
import { formatBytes } from '../../model/bytes';
import { cellStatusWord } from '../../model/cellwords';
import { streamBytes } from '../../model/streamparts';
import type * as wire from '../../wire';
import { ArticleFoot } from './articlefoot';
import { ArticleHeader, type IHeaderContext } from './articleheader';
import { CellOutputs } from './celloutputs';
import { CodeDiff, type DiffWith, type IDiffHost } from './codediff';
import { button, element } from './element';
import { InputBox } from './inputbox';
import type { OutputLoader } from './loader';

/** While a cell runs, no more of a stream than this is rendered at every change. */
const MAX_LIVE_BYTES = 128 * 1024;

/** What an output cell needs from around it. */
export interface IArticleHost extends IDiffHost {
  readonly rendermime: IRenderMimeRegistry;
  readonly loader: OutputLoader;
  /** How many bytes of a stream are shown before a person asks for all. */
  readonly maxBytes: number;
  isTrusted(cell: wire.OutputCell): boolean;
  context(cell: wire.OutputCell): IHeaderContext;
  goToCode(cell: string): void;
  /** Fork the run that this output cell belongs to, with its state after it. */
  forkAfter(cell: wire.OutputCell): void;
  /** Whether the person at this page ran it and is in this notebook: its question is for them. */
  isAwaited(cell: wire.OutputCell): boolean;
  togglePin(cell: wire.OutputCell): void;
  /** Why the person may not answer what a cell asks; null when they may. */
  readonly unableToAnswer: Unable;
  /** Go to an older (-1) or newer (1) output of the same cell of the source. */
  step(cell: wire.OutputCell, by: -1 | 1): void;
  /** Whether the answer has arrived; if not, the person has been told why. */
  answer(seq: number, value: string): Promise<boolean>;
}

/** What a person chose for one output cell; it outlives its article. */
export interface IArticleChoice {
  readonly diffWith: DiffWith | null;
  /** Whether all of a long stream is shown. */
  readonly isWhole: boolean;
}

/** One output cell of the timeline: made when it comes near the view, and let go far from it. */
export class OutputArticle extends Panel {
  constructor(
    private _cell: wire.OutputCell,
    private readonly _host: IArticleHost,
    choice: IArticleChoice | null = null
  ) {
    super();
    const { trans, rendermime, loader } = _host;
    this._diffWith = choice?.diffWith ?? null;
    this._isWhole = choice?.isWhole ?? false;
    this._header = new ArticleHeader(
      trans,
      () => _host.goToCode(this._cell.cell),
      by => _host.step(this._cell, by)
    );
    this._diff = new CodeDiff(_host, against => this._compare(against));
    this._outputs = new CellOutputs(rendermime, loader, error =>
      this._showTrouble(error)
    );
    this._actions = new ArticleFoot(trans, {
      fork: () => _host.forkAfter(this._cell),
      toggleDiff: () => this.toggleDiff(),
      togglePin: () => _host.togglePin(this._cell)
    });
    this._build();
    this.update();
  }

  get cell(): wire.OutputCell {
    return this._cell;
  }

  /** What a person chose; null when it is as output cells are at first. */
  get choice(): IArticleChoice | null {
    const { _diffWith: diffWith, _isWhole: isWhole } = this;
    return diffWith === null && !isWhole ? null : { diffWith, isWhole };
  }

  /** Whether taking its content away would take something from a person's hands. */
  get isHeld(): boolean {
    return this.node.contains(document.activeElement) || this._input !== null;
  }

  get isRunning(): boolean {
    return this._cell.status === 'running';
  }

  /** Show what the server now says about this output cell. */
  update(cell = this._cell): void {
    this._cell = cell;
    this._showName();
    this.refreshContext();
    this.refreshDiff();
    this._outputs.show(cell.outputs, {
      isTrusted: this._host.isTrusted(cell),
      maxBytes: this._maxBytes()
    });
    this._showInput();
    this._showMore();
  }

  /** Which it is of those that are shown, counted from 1. */
  setPlace(place: number, of: number): void {
    if (this._place !== place || this._of !== of) {
      this._place = place;
      this._of = of;
      this.node.setAttribute('aria-posinset', String(place));
      this.node.setAttribute('aria-setsize', String(of));
    }
  }

  /** Show again what is known of it beside itself: its place, its mark, what can be done. */
  refreshContext(): void {
    const context = this._host.context(this._cell);
    this.node.dataset.mark = context.mark ?? 'none';
    this._header.show(this._cell, context);
    const isDiffOpen = this._diffWith !== null;
    this._actions.show(this._cell, context.unableToFork, isDiffOpen);
    this._input?.allow(this._host.unableToAnswer);
  }

  /** Show its code against the source now, or no longer. */
  toggleDiff(): void {
    this._compare(this._diffWith === null ? 'source' : null);
  }

  /** The source changed: what is shown of it is said again. */
  refreshDiff(): void {
    this._diff.show(this._cell, this._diffWith);
  }

  /** Put the person into the line that the cell asks for, when they wait for it. */
  offerInput(): void {
    if (this._input && this._host.isAwaited(this._cell)) {
      this._input.focus();
    }
  }

  /** Put the person into the line that the cell asks for, wherever they were. */
  focusInput(): void {
    this._input?.focus();
  }

  /** Focus the button that goes on to an older (-1) or newer (1) output. */
  focusStep(by: -1 | 1): void {
    this._header.stepper.focus(by);
  }

  /** Show, above this output cell, that the state of the kernel was lost before it. */
  setDivider(text: string | null): void {
    if (this._dividerText === text) {
      return;
    }
    this._dividerText = text;
    this._divider.remove();
    this._divider.textContent = text ?? '';
    if (text !== null) {
      this.node.prepend(this._divider);
    }
  }

  tick(now: number): void {
    this._header.tick(now);
  }

  override dispose(): void {
    this._outputs.dispose();
    super.dispose();
  }

  private _build(): void {
    const { source, seq } = this._cell;
    this.addClass('jp-PatinaOutput');
    this.node.setAttribute('role', 'article');
    this.node.dataset.seq = String(seq);
    this.node.tabIndex = -1;
    const head = element('div', 'jp-PatinaOutput-head');
    head.append(
      this._header.node,
      sourceNode(source, this._host.trans),
      this._diff.node
    );
    this._foot.node.append(this._actions.node);
    this.addWidget(new Widget({ node: head }));
    this.addWidget(this._outputs.area);
    this.addWidget(this._foot);
  }

  private _showName(): void {
    const { seq, status } = this._cell;
    const { trans } = this._host;
    const { place } = this._host.context(this._cell);
    const word = cellStatusWord(status, trans);
    const said =
      place === null
        ? trans.__('Output %1, deleted cell, %2', seq, word)
        : trans.__('Output %1, cell %2, %3', seq, place, word);
    const name = this._cell.undone ? trans.__('%1, undone', said) : said;
    set(this.node, 'aria-label', name);
    this.node.dataset.status = status;
    this.toggleClass('jp-mod-undone', this._cell.undone === true);
  }

  private _compare(against: DiffWith | null): void {
    this._diffWith = against;
    this.refreshContext();
    this.refreshDiff();
  }

  private _maxBytes(): number {
    if (this._isWhole) {
      return Infinity;
    }
    return this.isRunning
      ? Math.min(MAX_LIVE_BYTES, this._host.maxBytes)
      : this._host.maxBytes;
  }

  private _showInput(): void {
    const request = this._cell.input_request;
    if (sameRequest(this._input?.request, request)) {
      return;
    }
    this._input?.node.remove();
    this._input = request
      ? new InputBox(request, this._host.trans, value =>
          this._host.answer(this._cell.seq, value)
        )
      : null;
    if (this._input) {
      this._input.allow(this._host.unableToAnswer);
      this._foot.node.append(this._input.node);
      this.offerInput();
    }
  }

  private _showMore(): void {
    const bytes = this._cell.outputs
      .filter(output => output.type === 'stream')
      .reduce((sum, output) => Math.max(sum, streamBytes(output)), 0);
    const isCut = bytes > this._maxBytes();
    if (!isCut) {
      this._more.remove();
    } else {
      const { trans } = this._host;
      this._more.textContent = trans.__('Show all (%1)', formatBytes(bytes));
      this._foot.node.prepend(this._more);
    }
  }

  private _showTrouble(error: unknown): void {
    const { trans } = this._host;
    const reason = error instanceof Error ? error.message : String(error);
    const note = element(
      'p',
      'jp-PatinaOutput-trouble',
      trans.__('An output could not be loaded: %1', reason)
    );
    const again = button('jp-PatinaButton', trans.__('Try again'), () => {
      note.remove();
      this.update();
    });
    note.append(again);
    this._foot.node.querySelector('.jp-PatinaOutput-trouble')?.remove();
    this._foot.node.append(note);
  }

  private _place = 0;
  private _of = 0;
  private _isWhole: boolean;
  private _diffWith: DiffWith | null;
  private _input: InputBox | null = null;
  private readonly _header: ArticleHeader;
  private readonly _outputs: CellOutputs;
  private readonly _actions: ArticleFoot;
  private readonly _diff: CodeDiff;
  private readonly _foot = new Widget();
  private _dividerText: string | null = null;
  private readonly _divider = element('div', 'jp-PatinaOutput-divider');
  private readonly _more = button('jp-PatinaButton', '', () => {
    this._isWhole = true;
    this.update();
  });
}

/** The source as it ran: its first line, and all of it on request. */
function sourceNode(
  source: string,
  trans: { __: (text: string) => string }
): HTMLElement {
  const lines = source.trimEnd().split('\n');
  const first = element('code', '', lines[0]);
  if (lines.length === 1) {
    const whole = element('div', 'jp-PatinaOutput-source');
    whole.append(first);
    return whole;
  }
  const details = element('details', 'jp-PatinaOutput-source');
  const summary = element('summary', '');
  summary.title = trans.__('The source as it ran');
  summary.append(first, ' ⋯');
  details.append(summary, element('pre', '', source));
  return details;
}

/** Set an attribute; one that has this value already is left alone. */
function set(node: HTMLElement, attribute: string, value: string): void {
  if (node.getAttribute(attribute) !== value) {
    node.setAttribute(attribute, value);
  }
}

function sameRequest(
  a: wire.InputRequest | undefined,
  b: wire.InputRequest | undefined
): boolean {
  return a?.prompt === b?.prompt && a?.password === b?.password && !a === !b;
}
