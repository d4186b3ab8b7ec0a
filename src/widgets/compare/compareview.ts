import { Panel, Widget } from '@lumino/widgets';
import {
  counterpart,
  type ICompareOptions,
  shownCells,
  shownGlobals
} from '../../model/comparison';
import type { IPatinaClient, IRunsModel, IRunView } from '../../tokens';
import type * as wire from '../../wire';
import { button, element } from '../timeline/element';
import { CompareBar } from './comparebar';
import { ComparedCellView, type ICompareHost } from './comparedcell';
import { globalsTable } from './comparedglobals';

/** How many cells are shown at once; the others when they are asked for. */
const AT_ONCE = 30;

/** What a comparison needs beside what its cells need. */
export interface IComparisonHost extends ICompareHost {
  readonly client: IPatinaClient;
  readonly runs: IRunsModel;
  readonly options: ICompareOptions;
  baseline(): string | null;
  save(report: ArrayBuffer, left: string, right: string): void;
}

/** Two runs of a notebook side by side. */
export class CompareView extends Panel {
  constructor(
    private readonly _host: IComparisonHost,
    private _left: string,
    private _right: string
  ) {
    super();
    this.addClass('jp-PatinaCompare');
    this._options = _host.options;
    this._bar = new CompareBar(_host.trans, {
      choose: (left, right) => void this.choose(left, right),
      option: options => this._option(options),
      refresh: () => void this.load(),
      exportReport: () => void this._export()
    });
    this._note.setAttribute('role', 'status');
    const head = element('div', 'jp-PatinaCompare-head');
    head.append(this._bar.node, this._note);
    this.addWidget(new Widget({ node: head }));
    this.addWidget(this._body);
    this._body.addClass('jp-PatinaCompare-body');
    this._bar.show(this._options);
    _host.runs.runsChanged.connect(this._onRuns, this);
    this._onRuns();
    void this.load();
  }

  /** Compare these runs; the same one twice is compared with its counterpart. */
  async choose(left: string, right: string): Promise<void> {
    this._left = left;
    this._right = right;
    if (left === right) {
      const run = this._host.runs.get(right)?.run;
      const runs = this._host.runs.runs.map(view => view.run);
      this._left = (run && counterpart(run, runs, null)) ?? left;
    }
    this._onRuns();
    await this.load();
  }

  /** Fetch the comparison, again. */
  async load(): Promise<void> {
    const turn = (this._turn = {});
    const { client, trans } = this._host;
    this._say(trans.__('Comparing…'));
    try {
      const comparison = await client.compare(this._left, this._right);
      if (turn === this._turn && !this.isDisposed) {
        this._comparison = comparison;
        this._hasChanged = false;
        this._count = AT_ONCE;
        this._show();
      }
    } catch (error) {
      if (turn === this._turn && !this.isDisposed) {
        this._comparison = null;
        this._clear();
        this._say(
          `⚠ ${error instanceof Error ? error.message : String(error)}`
        );
      }
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._host.runs.runsChanged.disconnect(this._onRuns, this);
    this._follow([]);
    super.dispose();
  }

  /** JupyterLab names what it puts into the main area, all alike. */
  protected override onAfterAttach(): void {
    this.node.setAttribute('role', 'region');
    const { trans } = this._host;
    this.node.setAttribute('aria-label', trans.__('Comparison'));
  }

  protected override onActivateRequest(): void {
    this._bar.node.querySelector('select')?.focus();
  }

  private _onRuns(): void {
    const { runs, trans } = this._host;
    const views = [this._left, this._right].flatMap(id => runs.get(id) ?? []);
    this._follow(views);
    this._bar.offer(runs.runs, this._left, this._right, this._host.baseline());
    if (views.length === 2) {
      const [left, right] = views.map(({ run }) => run.title);
      this.title.label = trans.__('%1 and %2', left, right);
      this.title.caption = trans.__('%1 compared with %2', left, right);
    }
  }

  private _follow(views: readonly IRunView[]): void {
    this._views.forEach(view => {
      view.cellsChanged.disconnect(this._onChanged, this);
      view.globalsChanged.disconnect(this._onChanged, this);
    });
    this._views = views;
    views.forEach(view => {
      view.cellsChanged.connect(this._onChanged, this);
      view.globalsChanged.connect(this._onChanged, this);
    });
  }

  /** What is being read stays as it is; that there is more is said. */
  private _onChanged(): void {
    if (!this._hasChanged && this._comparison) {
      this._hasChanged = true;
      this._say(this._summary(this._comparison));
    }
  }

  private _option(options: Partial<ICompareOptions>): void {
    this._options = { ...this._options, ...options };
    this._show();
  }

  private _show(): void {
    const comparison = this._comparison;
    if (!comparison) {
      return;
    }
    this._clear();
    this._say(this._summary(comparison));
    const cells = shownCells(comparison, this._options, cell =>
      this._host.placeOf(cell)
    );
    const runs = [comparison.left, comparison.right] as const;
    for (const cell of cells.slice(0, this._count)) {
      this._body.addWidget(
        new ComparedCellView(cell, runs, this._options, this._host)
      );
    }
    this._addMore(cells.length - this._count);
    if (this._options.globals) {
      this._addGlobals(comparison);
    }
    this._addNothing(comparison, cells);
  }

  private _clear(): void {
    this._body.widgets.slice().forEach(widget => widget.dispose());
  }

  private _addMore(left: number): void {
    if (left > 0) {
      const { trans } = this._host;
      const text = trans._n('%1 more', '%1 more', left);
      const more = button('jp-PatinaButton', text, () => {
        this._count += AT_ONCE;
        this._show();
      });
      this._body.addWidget(new Widget({ node: wrap(more) }));
    }
  }

  private _addGlobals(comparison: wire.Comparison): void {
    const { trans } = this._host;
    const rows = shownGlobals(comparison, this._options);
    if (rows.length > 0) {
      const table = globalsTable(rows, comparison, trans);
      this._body.addWidget(new Widget({ node: wrap(table) }));
    }
    const alike = comparison.globals_alike;
    if (alike > 0 && this._options.onlyDifferences) {
      const text = trans._n(
        '%1 more variable looks alike and may differ inside.',
        '%1 more variables look alike and may differ inside.',
        alike
      );
      const node = element('p', 'jp-PatinaCompare-alike', text);
      this._body.addWidget(new Widget({ node }));
    }
  }

  private _addNothing(
    comparison: wire.Comparison,
    cells: readonly wire.ComparedCell[]
  ): void {
    const { trans } = this._host;
    const isSame =
      comparison.cells_different === 0 && comparison.globals_different === 0;
    if (isSame && cells.length === 0) {
      const text = trans.__('No differences');
      const node = element('p', 'jp-PatinaCompare-empty', text);
      this._body.addWidget(new Widget({ node }));
    }
  }

  private _summary(comparison: wire.Comparison): string {
    const { trans } = this._host;
    const { cells_different, cells_total, shared } = comparison;
    const parts = [
      trans.__('%1 of %2 executions differ', cells_different, cells_total),
      trans.__(
        '%1 of %2 variables differ',
        comparison.globals_different,
        comparison.globals_total
      )
    ];
    if (shared > 0) {
      parts.push(
        trans._n(
          '%1 output from before the fork is shared',
          '%1 outputs from before the fork are shared',
          shared
        )
      );
    }
    if (this._hasChanged) {
      parts.push(trans.__('the runs have gone on since: Refresh'));
    }
    return parts.join(' · ');
  }

  private _say(text: string): void {
    this._note.textContent = text;
  }

  private async _export(): Promise<void> {
    const { client, trans } = this._host;
    try {
      const report = await client.compareReport(this._left, this._right);
      this._host.save(report, this._left, this._right);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this._say(trans.__('The comparison was not exported: %1', reason));
    }
  }

  private _comparison: wire.Comparison | null = null;
  private _options: ICompareOptions;
  private _views: readonly IRunView[] = [];
  private _hasChanged = false;
  private _count = AT_ONCE;
  private _turn: object = {};
  private readonly _bar: CompareBar;
  private readonly _note = element('p', 'jp-PatinaCompare-note');
  private readonly _body = new Panel();
}

function wrap(content: HTMLElement): HTMLElement {
  const node = element('div', 'jp-PatinaCompare-part');
  node.append(content);
  return node;
}
