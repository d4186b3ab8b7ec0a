import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISearchProviderRegistry } from '@jupyterlab/documentsearch';
import { NotebookSearchProvider } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';
import { PatinaPanel } from '../widgets/notebook/panel';
import { asStockPanel } from '../widgets/notebook/stockview';

/** Find and replace in the source. */
export const search: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:search',
  description: 'Finds and replaces in the source of a Patina notebook.',
  autoStart: true,
  requires: [ISearchProviderRegistry],
  activate: (_, registry: ISearchProviderRegistry) => {
    registry.add('patina', {
      // Also before its cells are shown: JupyterLab asks once, when the notebook is opened.
      isApplicable: (widget: Widget): widget is PatinaPanel =>
        widget instanceof PatinaPanel,
      createNew: (widget, translator) =>
        new NotebookSearchProvider(
          asStockPanel(widget as PatinaPanel),
          translator
        )
    });
  }
};
