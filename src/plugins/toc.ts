import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISanitizer, type WidgetTracker } from '@jupyterlab/apputils';
import {
  type INotebookTracker,
  NotebookToCFactory
} from '@jupyterlab/notebook';
import { IMarkdownParser } from '@jupyterlab/rendermime';
import {
  ITableOfContentsRegistry,
  type TableOfContents
} from '@jupyterlab/toc';
import { IPatinaTracker } from '../tokens';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { asStockPanel } from '../widgets/notebook/stockview';

/** JupyterLab's table of contents of a notebook, on ours. */
class PatinaToCFactory extends NotebookToCFactory {
  protected override _createNew(
    ...[panel, configuration]: Parameters<NotebookToCFactory['_createNew']>
  ): ReturnType<NotebookToCFactory['_createNew']> {
    const ours = panel as unknown as PatinaPanel;
    return super._createNew(asStockPanel(ours), configuration);
  }
}

/** Headings of the source in JupyterLab's table of contents. */
export const toc: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:toc',
  description: 'Shows the headings of a Patina notebook.',
  autoStart: true,
  requires: [IPatinaTracker, ITableOfContentsRegistry, ISanitizer],
  optional: [IMarkdownParser],
  activate: (
    app,
    tracker: WidgetTracker<PatinaPanel>,
    registry: ITableOfContentsRegistry,
    sanitizer: ISanitizer,
    parser: IMarkdownParser | null
  ) => {
    registry.add(
      new PatinaToCFactory(
        tracker as unknown as INotebookTracker,
        parser,
        sanitizer,
        app.commands
      ) as unknown as TableOfContents.IFactory
    );
  }
};
