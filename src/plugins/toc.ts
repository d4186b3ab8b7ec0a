import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISanitizer, type WidgetTracker } from '@jupyterlab/apputils';
import {
  type INotebookTracker,
  NotebookToCFactory,
  NotebookToCModel
} from '@jupyterlab/notebook';
import { IMarkdownParser } from '@jupyterlab/rendermime';
import {
  ITableOfContentsRegistry,
  type TableOfContents
} from '@jupyterlab/toc';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { IPatinaTracker } from '../tokens';
import { HeadingStatus } from '../widgets/notebook/headingstatus';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { asStockPanel } from '../widgets/notebook/stockview';

/** JupyterLab's table of contents of a notebook, on ours. */
class PatinaToCFactory extends NotebookToCFactory {
  constructor(
    readonly trans: TranslationBundle,
    ...options: ConstructorParameters<typeof NotebookToCFactory>
  ) {
    super(...options);
  }

  protected override _createNew(
    ...[panel, configuration]: Parameters<NotebookToCFactory['_createNew']>
  ): ReturnType<NotebookToCFactory['_createNew']> {
    const ours = panel as unknown as PatinaPanel;
    const model = super._createNew(asStockPanel(ours), configuration);
    // Its type says less than what JupyterLab makes.
    const made: unknown = model;
    if (made instanceof NotebookToCModel) {
      new HeadingStatus(made, ours, this.trans);
    }
    return model;
  }
}

/** Headings of the source in JupyterLab's table of contents. */
export const toc: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:toc',
  description: 'Shows the headings of a Patina notebook.',
  autoStart: true,
  requires: [IPatinaTracker, ITableOfContentsRegistry, ISanitizer, ITranslator],
  optional: [IMarkdownParser],
  activate: (
    app,
    tracker: WidgetTracker<PatinaPanel>,
    registry: ITableOfContentsRegistry,
    sanitizer: ISanitizer,
    translator: ITranslator,
    parser: IMarkdownParser | null
  ) => {
    registry.add(
      new PatinaToCFactory(
        translator.load('patina_lab'),
        tracker as unknown as INotebookTracker,
        parser,
        sanitizer,
        app.commands
      ) as unknown as TableOfContents.IFactory
    );
  }
};
