import type { IEditorServices } from '@jupyterlab/codeeditor';
import {
  ABCWidgetFactory,
  type DocumentRegistry
} from '@jupyterlab/docregistry';
import type { NotebookWidgetFactory } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { KernelConnections } from '../../services/kernelconnections';
import type { IRights } from '../../services/rights';
import type { IPatinaClient } from '../../tokens';
import { Access } from './access';
import { PatinaBody } from './body';
import { SourceContentFactory } from './contentfactory';
import type { TsnbModel } from './documentmodel';
import { Execution } from './execution';
import { KernelLink } from './kernellink';
import { PatinaPanel } from './panel';
import { report } from './report';
import { RunStrips } from './runstrips';
import { SourceNotebook } from './sourcenotebook';

export interface IPatinaFactoryOptions extends DocumentRegistry.IWidgetFactoryOptions<PatinaPanel> {
  /** JupyterLab's own factory: its editors, renderers and settings are ours too. */
  readonly stock: NotebookWidgetFactory.IFactory;
  readonly editors: IEditorServices;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
  readonly client: IPatinaClient;
  readonly kernels: KernelConnections;
  readonly rights: Promise<IRights>;
  readonly openRuns: (panel: PatinaPanel) => void;
  readonly convert: (path: string) => void;
}

/** Makes the widget of each notebook that is opened. */
export class PatinaFactory extends ABCWidgetFactory<PatinaPanel, TsnbModel> {
  constructor(private readonly _options: IPatinaFactoryOptions) {
    super(_options);
  }

  protected override createNewWidget(
    context: DocumentRegistry.IContext<TsnbModel>
  ): PatinaPanel {
    const { client, kernels, rights, trans, openRuns, convert } = this._options;
    const access = new Access(rights, trans);
    const strips = new RunStrips();
    const content = new PatinaBody(this._createSource(context, strips), strips);
    const panel: PatinaPanel = new PatinaPanel(
      { context, content },
      trans,
      access,
      new Execution(client, content, report),
      new KernelLink(content, kernels, access),
      () => openRuns(panel),
      convert
    );
    return panel;
  }

  private _createSource(
    context: DocumentRegistry.IContext<TsnbModel>,
    strips: RunStrips
  ): SourceNotebook {
    const { stock, editors, rendermime, trans } = this._options;
    const editorFactory = editors.factoryService.newInlineEditor;
    return new SourceNotebook({
      rendermime: rendermime.clone({ resolver: context.urlResolver }),
      contentFactory: new SourceContentFactory(
        { editorFactory },
        strips,
        trans
      ),
      mimeTypeService: editors.mimeTypeService,
      editorConfig: stock.editorConfig,
      notebookConfig: stock.notebookConfig,
      translator: this.translator
    });
  }
}
