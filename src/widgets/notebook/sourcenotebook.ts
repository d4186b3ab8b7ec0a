import { type INotebookModel, Notebook } from '@jupyterlab/notebook';

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
}
