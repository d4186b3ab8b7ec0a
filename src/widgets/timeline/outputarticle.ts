import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Panel, Widget } from '@lumino/widgets';
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
  /** Go to an older (-1) or newer (1) output of the same cell of the source. */
  step(cell: wire.OutputCell, by: -1 | 1): void;
  /** Whether the answer has arrived; if not, the person has been told why. */
  answer(seq: number, value: string): Promise<boolean>;
}

/**
 * One output cell of the timeline.
 *
 * Away from the view it is an empty element with a name and a height, of which a page bears
 * thousands; its content is made when it comes near and let go when there is too much of it.
 */
export class OutputArticle extends Panel {
  constructor(
    private _cell: wire.OutputCell,
    private readonly _host: IArticleHost
  ) {
    super();
    this.addClass('jp-PatinaOutput');
    this.node.setAttribute('role', 'article');
    this.node.tabIndex = -1;
    this.node.setAttribute('aria-posinset', String(_cell.seq));
    // Runs grow: how many there will be is not known.
    this.node.setAttribute('aria-setsize', '-1');
    this._showName();
  }

  /** Whether it is in view or close to it; its owner says so. */
  isNear = false;

  get cell(): wire.OutputCell {
    return this._cell;
  }

  get isFilled(): boolean {
    return this._header !== null;
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
    if (this.isFilled) {
      this._showContent();
    }
  }

  /** Show again what is known of it beside itself: its place, its mark, what can be done. */
  refreshContext(): void {
    const context = this._host.context(this._cell);
    this.node.dataset.mark = context.mark ?? 'none';
    if (this.isFilled) {
      this._header?.show(this._cell, context);
      this._showActions(context);
    }
  }

  /** Show its code against the source now, or no longer. */
  toggleDiff(): void {
    this._compare(this._diffWith === null ? 'source' : null);
  }

  /** The source changed: what is shown of it is said again. */
  refreshDiff(): void {
    this._diff?.show(this._cell, this._diffWith);
  }

  /** Put the person into the line that the cell asks for, when they wait for it. */
  offerInput(): void {
    if (this._input && this._foot && this._host.isAwaited(this._cell)) {
      this._input.focus();
    }
  }

  /** Focus the button that goes on to an older (-1) or newer (1) output. */
  focusStep(by: -1 | 1): void {
    this._header?.stepper.focus(by);
  }

  /** Show, above this output cell, that the state of the kernel was lost before it. */
  setDivider(text: string | null): void {
    if (this._divider.textContent === (text ?? '')) {
      return;
    }
    this._divider.remove();
    this._divider.textContent = text ?? '';
    if (text !== null) {
      this.node.prepend(this._divider);
    }
  }

  /** Make the content. */
  fill(): void {
    if (this.isFilled) {
      return;
    }
    const { trans, rendermime, loader } = this._host;
    this._header = new ArticleHeader(
      trans,
      () => this._host.goToCode(this._cell.cell),
      by => this._host.step(this._cell, by)
    );
    this._diff = new CodeDiff(this._host, against => this._compare(against));
    this._outputs = new CellOutputs(rendermime, loader, error =>
      this._showTrouble(error)
    );
    this._head = new Widget({ node: this._headNode(this._header) });
    this._actions = new ArticleFoot(trans, {
      fork: () => this._host.forkAfter(this._cell),
      toggleDiff: () => this.toggleDiff(),
      togglePin: () => this._host.togglePin(this._cell)
    });
    this._foot = new Widget();
    this._foot.node.append(this._actions.node);
    this.addWidget(this._head);
    this.addWidget(this._outputs.area);
    this.addWidget(this._foot);
    this.node.style.minHeight = '';
    this._showContent();
  }

  /** Let the content go; its height stays, so that nothing moves. */
  empty(): void {
    if (!this.isFilled) {
      return;
    }
    this.node.style.minHeight = `${this.node.offsetHeight}px`;
    this._head?.dispose();
    this._outputs?.dispose();
    this._foot?.dispose();
    this._header = this._outputs = this._head = this._foot = null;
    this._actions = this._diff = null;
    this._input = null;
  }

  tick(now: number): void {
    this._header?.tick(now);
  }

  override dispose(): void {
    this._outputs?.dispose();
    super.dispose();
  }

  private _headNode(header: ArticleHeader): HTMLElement {
    const node = element('div', 'jp-PatinaOutput-head');
    node.append(header.node, sourceNode(this._cell.source, this._host.trans));
    if (this._diff) {
      node.append(this._diff.node);
    }
    return node;
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
    if (this.node.getAttribute('aria-label') !== name) {
      this.node.setAttribute('aria-label', name);
    }
    this.node.dataset.status = status;
    this.toggleClass('jp-mod-undone', this._cell.undone === true);
  }

  private _compare(against: DiffWith | null): void {
    this._diffWith = against;
    this.refreshContext();
    this.refreshDiff();
  }

  private _showActions({ unableToFork }: IHeaderContext): void {
    const isDiffOpen = this._diffWith !== null;
    this._actions?.show(this._cell, unableToFork, isDiffOpen);
  }

  private _showContent(): void {
    this.refreshContext();
    this.refreshDiff();
    this._outputs?.show(this._cell.outputs, {
      isTrusted: this._host.isTrusted(this._cell),
      maxBytes: this._maxBytes()
    });
    this._showInput();
    this._showMore();
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
      this._foot?.node.append(this._input.node);
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
    } else if (this._foot) {
      this._more.textContent = this._host.trans.__(
        'Show all (%1)',
        formatBytes(bytes)
      );
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
    this._foot?.node.querySelector('.jp-PatinaOutput-trouble')?.remove();
    this._foot?.node.append(note);
  }

  private _isWhole = false;
  private _header: ArticleHeader | null = null;
  private _outputs: CellOutputs | null = null;
  private _head: Widget | null = null;
  private _foot: Widget | null = null;
  private _actions: ArticleFoot | null = null;
  private _diff: CodeDiff | null = null;
  private _diffWith: DiffWith | null = null;
  private _input: InputBox | null = null;
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

function sameRequest(
  a: wire.InputRequest | undefined,
  b: wire.InputRequest | undefined
): boolean {
  return a?.prompt === b?.prompt && a?.password === b?.password && !a === !b;
}
