import { Panel, Widget } from '@lumino/widgets';
import { ancestors, inherited } from '../../model/lineage';
import type { IRunsModel, IRunView } from '../../tokens';
import { button, element } from './element';
import { forkSign } from './forksign';
import { InheritedCells } from './inheritedcells';
import type { IArrangedHost } from './arrangedfeed';
import type { OutputArticle } from './outputarticle';
import type { IForkPlace } from './forkplace';

/** What showing a run's ancestors needs beside what output cells need. */
export interface IAncestryHost extends IArrangedHost {
  readonly runs: IRunsModel;
  showRun(run: string): void;
}

/** Above a fork's own output cells: where it was forked, and what it has from there. */
export class Ancestry extends Panel {
  constructor(
    private readonly _host: IAncestryHost,
    private readonly _root: HTMLElement
  ) {
    super();
    this.addClass('jp-PatinaAncestry');
    this.addWidget(this._line);
    this._line.addClass('jp-PatinaAncestry-line');
    this.hide();
  }

  /** Show the ancestors of this run; those that change their name are told of. */
  showRun(view: IRunView | null): void {
    this._clear();
    const parent = view?.run.parent;
    this.setHidden(!parent);
    if (!view || !parent) {
      return;
    }
    this._origin = this._host.runs.get(parent.run) ?? null;
    this._origin?.changed.connect(this._showLine, this);
    this._view = view;
    this._shown = ancestorsOf(this._host, view);
    this._showLine();
    this._parts = inherited(this._host.runs, view.id).map(
      part => new InheritedCells(part, this._host, this._root)
    );
    this._parts.forEach(part => {
      part.mark(this._marked);
      this.addWidget(part);
    });
  }

  /** Mark the inherited output cells of this cell of the source. */
  mark(cell: string | null): void {
    this._marked = cell;
    this._parts.forEach(part => part.mark(cell));
  }

  /** Focus an older (-1) or newer (1) output of the cell whose output has the focus. */
  step(by: -1 | 1): void {
    this._parts.find(part => part.article)?.step(by);
  }

  /** The inherited output cell that has the focus. */
  get focused(): IForkPlace | null {
    return this._parts.find(part => part.focused)?.focused ?? null;
  }

  /** The inherited article that has the focus. */
  get article(): OutputArticle | null {
    return this._parts.find(part => part.article)?.article ?? null;
  }

  refreshDiffs(): void {
    this._parts.forEach(part => part.refreshDiffs());
  }

  /** Runs came or went: what is shown is made anew only when an ancestor is among them. */
  look(): void {
    const view = this._view;
    if (view && ancestorsOf(this._host, view) !== this._shown) {
      this.showRun(view);
    }
  }

  /** Focus the latest inherited output of this cell of the source. */
  reveal(cell: string): boolean {
    return this._parts.findLast(part => part.reveal(cell)) !== undefined;
  }

  revealSeq(seq: number): void {
    this._parts.find(part => part.has(seq))?.revealSeq(seq);
  }

  refresh(): void {
    this._parts.forEach(part => part.refresh());
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._clear();
    super.dispose();
  }

  private _clear(): void {
    this._origin?.changed.disconnect(this._showLine, this);
    this._parts.forEach(part => part.dispose());
    this._parts = [];
    this._origin = this._view = null;
  }

  private _showLine(): void {
    const { trans } = this._host;
    const { run, seq } = this._view?.run.parent ?? { run: '', seq: 0 };
    const title = this._origin?.run.title ?? trans.__('a deleted run');
    const link = button('jp-PatinaLink', title, () => this._host.showRun(run));
    link.disabled = this._origin === null;
    const [before, after] = (
      seq > 0
        ? trans.__('Fork of %1 after #%2', LINK, seq)
        : trans.__('Fork of %1 before anything ran', LINK)
    ).split(LINK);
    this._line.node.replaceChildren(
      forkSign(),
      element('span', '', before),
      link,
      element('span', '', after ?? '')
    );
  }

  private _view: IRunView | null = null;
  private _origin: IRunView | null = null;
  private _parts: InheritedCells[] = [];
  private _shown = '';
  private _marked: string | null = null;
  private readonly _line = new Widget();
}

/** Stands for the link in a translated sentence. */
const LINK = '\u0000';

function ancestorsOf({ runs }: IAncestryHost, { id }: IRunView): string {
  return ancestors(runs, id)
    .map(({ view }) => view.id)
    .join();
}
