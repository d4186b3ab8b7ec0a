import { type Cell, CodeCell } from '@jupyterlab/cells';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import type { IUndoneMarks } from '../../tokens';
import { element } from '../timeline/element';

const UNDONE = 'jp-mod-patina-undone';

/** Of JupyterLab's console, what is used here. */
interface IConsole extends Widget {
  readonly console: { readonly cells: Iterable<Cell> };
}

/**
 * Marks the cells of a plain notebook or console whose execution was undone: the output of one is
 * what its execution gave, and that is no longer in the kernel. A cell that runs again is marked no
 * more. A page that is opened again finds the marks of a notebook by the ids of its cells.
 */
export class UndoneCells {
  constructor(
    private readonly _front: Widget,
    private readonly _kernel: string,
    private readonly _marks: IUndoneMarks,
    private readonly _trans: TranslationBundle
  ) {
    void this._restore();
  }

  /** Mark the cell that this request has executed; false when none shows what came of it. */
  mark(request: string): boolean {
    const cell = this._cells().find(cell => requestOf(cell) === request);
    if (!cell) {
      return false;
    }
    this._undone.set(cell.model.id, request);
    this._keep();
    this.refresh();
    return true;
  }

  /** A cell was executed, or the kernel is another one: marks that no longer hold go. */
  refresh(): void {
    const cells = this._cells();
    const before = this._undone.size;
    cells
      .filter(cell => this._ranSince(cell))
      .forEach(({ model }) => {
        this._undone.delete(model.id);
      });
    if (this._undone.size !== before) {
      this._keep();
    }
    for (const cell of cells) {
      const isUndone = this._undone.has(cell.model.id);
      if (isUndone !== cell.hasClass(UNDONE)) {
        cell.toggleClass(UNDONE, isUndone);
        // A cell out of sight has nothing in it yet.
        void cell.ready.then(() => this._label(cell));
      }
    }
  }

  /** The kernel was started anew. */
  clear(): void {
    this._undone.clear();
    this._keep();
    this.refresh();
  }

  /** Show no marks any more; whoever has this kernel in front again finds them. */
  release(): void {
    this._isReleased = true;
    this._undone.clear();
    this.refresh();
  }

  private async _restore(): Promise<void> {
    await this._marks.ready;
    if (this._front instanceof NotebookPanel) {
      await this._front.context.ready;
    }
    for (const id of this._isReleased ? [] : this._marks.of(this._kernel)) {
      this._undone.set(id, this._undone.get(id) ?? null);
    }
    this.refresh();
  }

  private _keep(): void {
    this._marks.set(this._kernel, [...this._undone.keys()]);
  }

  /** Whether this page has executed the cell since it was undone. */
  private _ranSince(cell: CodeCell): boolean {
    const undone = this._undone.get(cell.model.id);
    const request = requestOf(cell);
    return undone !== undefined && request !== undefined && request !== undone;
  }

  /** Between what ran and what came of it. */
  private _label(cell: CodeCell): void {
    cell.node.querySelector('.jp-PatinaUndone')?.remove();
    if (!cell.isDisposed && cell.hasClass(UNDONE)) {
      const label = element('div', 'jp-PatinaUndone');
      label.textContent = this._trans.__(
        '↶ undone: the variables are as before this cell ran'
      );
      cell.node.querySelector('.jp-Cell-inputWrapper')?.after(label);
    }
  }

  private _cells(): CodeCell[] {
    return this._front.isDisposed
      ? []
      : [...cellsOf(this._front)].filter(cell => cell instanceof CodeCell);
  }

  /** The ids of the cells, and the requests that were undone where this page has sent them. */
  private readonly _undone = new Map<string, string | null>();
  private _isReleased = false;
}

function cellsOf(front: Widget): Iterable<Cell> {
  if (front instanceof NotebookPanel) {
    return front.content.widgets;
  }
  return hasConsole(front) ? front.console.cells : [];
}

function hasConsole(front: Widget): front is IConsole {
  return 'console' in front;
}

/** The id of the request that a cell was last executed by, where this page sent it. */
function requestOf(cell: CodeCell): string | undefined {
  return cell.outputArea.future?.msg.header.msg_id;
}
