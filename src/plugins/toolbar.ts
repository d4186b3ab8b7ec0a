import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { ToolbarItems } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { IPatinaClient } from '../tokens';
import { LanguageSwitcher } from '../widgets/notebook/languageswitcher';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { asStockPanel } from '../widgets/notebook/stockview';
import { TrustButton } from '../widgets/notebook/trustbutton';
import { RunStatus } from '../widgets/runs/runstatus';

/** The items of a notebook's toolbar that are more than a command. */
export const toolbar: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:toolbar',
  description: 'Fills the toolbar of Patina notebooks.',
  autoStart: true,
  requires: [IPatinaClient, IToolbarWidgetRegistry, ITranslator],
  activate: (
    _,
    client: IPatinaClient,
    registry: IToolbarWidgetRegistry,
    translator: ITranslator
  ) => {
    const trans = translator.load('patina_lab');
    const kernels = client.info().then(
      info => info.kernels,
      () => [] // The server is not there; the switcher then shows the kernel the file names.
    );
    const add = (name: string, create: (panel: PatinaPanel) => Widget) =>
      registry.addFactory('Patina', name, widget =>
        create(widget as PatinaPanel)
      );
    add('cellType', panel =>
      ToolbarItems.createCellTypeItem(asStockPanel(panel), translator)
    );
    add(
      'language',
      panel =>
        new LanguageSwitcher(panel.model.source, kernels, panel.access, trans)
    );
    add('trust', panel => new TrustButton(panel, trans));
    add('runStatus', panel => new RunStatus(panel.shownRun, trans));
  }
};
