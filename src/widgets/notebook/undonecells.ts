import { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { element } from '../timeline/element';

const UNDONE = 'jp-mod-patina-undone';

/**
 * Marks the cells of a plain notebook whose execution was undone: the output of one is what its
 * execution gave, and that is no longer in the kernel. A cell that runs again is marked no more.
 */
export class UndoneCells {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _trans: TranslationBundle
  ) {}

  /** Mark the cell that this request has executed; false when none shows what came of it. */
  mark(request: string): boolean {
    const cell = this._cells().find(cell => requestOf(cell) === request);
    if (!cell) {
      return false;
    }
    this._requests.add(request);
    this.refresh();
    return true;
  }

  /** A cell was executed, or the kernel is another one: marks that no longer hold go. */
  refresh(): void {
    for (const cell of this._cells()) {
      const isUndone = this._requests.has(requestOf(cell) ?? '');
      if (isUndone !== cell.hasClass(UNDONE)) {
        cell.toggleClass(UNDONE, isUndone);
        this._label(cell, isUndone);
      }
    }
  }

  clear(): void {
    this._requests.clear();
    this.refresh();
  }

  /** Between what ran and what came of it. */
  private _label(cell: CodeCell, isUndone: boolean): void {
    cell.node.querySelector('.jp-PatinaUndone')?.remove();
    if (isUndone) {
      const label = element('div', 'jp-PatinaUndone');
      label.textContent = this._trans.__(
        '↶ undone: the variables are as before this cell ran'
      );
      cell.node.querySelector('.jp-Cell-inputWrapper')?.after(label);
    }
  }

  private _cells(): CodeCell[] {
    return this._panel.isDisposed
      ? []
      : this._panel.content.widgets.filter(cell => cell instanceof CodeCell);
  }

  private readonly _requests = new Set<string>();
}

/** The id of the request that a cell was last executed by, where this page sent it. */
function requestOf(cell: CodeCell): string | undefined {
  return cell.outputArea.future?.msg.header.msg_id;
}
