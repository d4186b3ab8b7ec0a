import { type Cell, MarkdownCell } from '@jupyterlab/cells';
import {
  type INotebookModel,
  Notebook,
  NotebookActions
} from '@jupyterlab/notebook';

/**
 * From this many cells on, JupyterLab's windowing keeps only the cells in view in the page.
 *
 * Below it, each cell is there and the browser skips what is out of view, which scrolls more
 * steadily; but every cell then costs an editor, and thousands of those take minutes.
 */
const MANY_CELLS = 400;

/** JupyterLab's notebook, for documents of any length. */
export class SourceNotebook extends Notebook {
  /** Display a document with as many cells as it has now. */
  display(model: INotebookModel): void {
    if (model.sharedModel.cells.length < MANY_CELLS) {
      this.model = model;
    } else {
      this._showWindowed(model);
    }
    void this._hideCollapsed();
  }

  /** Whether a person can look at the cells only. */
  get isReadOnly(): boolean {
    return this._isReadOnly;
  }

  set isReadOnly(isReadOnly: boolean) {
    if (isReadOnly !== this._isReadOnly) {
      this._isReadOnly = isReadOnly;
      this.node.setAttribute('aria-readonly', String(isReadOnly));
      this.widgets.forEach(cell => this._protect(cell));
    }
  }

  protected override onCellInserted(index: number, cell: Cell): void {
    super.onCellInserted(index, cell);
    if (this._isReadOnly) {
      this._protect(cell);
    }
  }

  private _protect(cell: Cell): void {
    // JupyterLab would write into the document that the cell is not to be edited.
    cell.syncEditable = !this._isReadOnly;
    if (this._isReadOnly) {
      cell.readOnly = true;
    } else {
      cell.loadEditableState();
    }
    if (cell instanceof MarkdownCell) {
      cell.showEditorForReadOnly = !this._isReadOnly;
    }
  }

  /**
   * JupyterLab hides the cells below a heading when it is collapsed, but not those below one that
   * the file says is. It has to know all headings before it can say where a section ends.
   */
  private async _hideCollapsed(): Promise<void> {
    const texts = this.widgets.filter(cell => cell instanceof MarkdownCell);
    const collapsed = texts.filter(cell => cell.headingCollapsed);
    if (collapsed.length === 0) {
      return;
    }
    await Promise.all(texts.map(cell => cell.getHeadings()));
    for (const cell of collapsed) {
      if (!cell.isDisposed && cell.headingCollapsed) {
        NotebookActions.setHeadingCollapse(cell, true, this);
      }
    }
  }

  /**
   * In its mode `full` JupyterLab keeps only the cells in view in the page, but whenever the page
   * is idle it makes the editor of one more cell, lays it out and takes it away again: for
   * thousands of cells, minutes of a page that stutters. Once there are placeholders for all
   * cells the mode is therefore left, and the windowing itself kept.
   */
  private _showWindowed(model: INotebookModel): void {
    const config = this.notebookConfig;
    this.notebookConfig = { ...config, windowingMode: 'full' };
    this.model = model;
    this.notebookConfig = { ...config, windowingMode: 'none' };
    this.viewModel.windowingActive = true;
  }

  private _isReadOnly = false;
}
