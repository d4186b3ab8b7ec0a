import type { NotebookPanel } from '@jupyterlab/notebook';
import type { PatinaPanel } from './panel';

/**
 * Our panel as JupyterLab's search and table of contents want it: with the `Notebook` as its
 * content. They use the panel's `content`, `model`, `context` and life, all of which we have.
 */
export function asStockPanel(panel: PatinaPanel): NotebookPanel {
  const content = { value: panel.content.notebook };
  return Object.create(panel, { content }) as NotebookPanel;
}
