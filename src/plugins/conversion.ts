import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type WidgetTracker } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { patinaIcon } from '../icons';
import { exportFormats, type IExportFormat } from '../model/exportformats';
import { IPatinaClient, IPatinaTracker } from '../tokens';
import { Exporter } from '../widgets/conversion/exporter';
import { Importer } from '../widgets/conversion/importer';
import type { PatinaPanel } from '../widgets/notebook/panel';
import { PanelCommands } from './commands/panelcommands';

export const IMPORT = 'patina:import-ipynb';
const EXPORT = 'patina:export-run';
/** Names of files that become notebooks; a `.tsnb` of another program offers it itself. */
const CONVERTIBLE = /\.(ipynb|md|markdown|rmd|qmd|myst|py|js|rs|r|jl)$/i;

/** Other files as notebooks, notebooks as other files, and copies of them. */
export const conversion: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:conversion',
  description: 'Converts notebooks from and to other formats.',
  autoStart: true,
  requires: [IPatinaClient, IPatinaTracker, IDocumentManager, ITranslator],
  optional: [IDefaultFileBrowser, ICommandPalette],
  activate: (
    app,
    client: IPatinaClient,
    tracker: WidgetTracker<PatinaPanel>,
    documents: IDocumentManager,
    translator: ITranslator,
    browser: IDefaultFileBrowser | null,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('patina_lab');
    const importer = new Importer(client, documents, trans);
    const exporter = new Exporter(importer, documents, trans);
    const panels = new PanelCommands(app, tracker, palette, trans);
    const selected = () => [...(browser?.selectedItems() ?? [])];
    const pathOf = ({ path }: { path?: unknown }): string | null =>
      typeof path === 'string'
        ? path
        : (selected().find(({ path }) => CONVERTIBLE.test(path))?.path ?? null);
    app.commands.addCommand(IMPORT, {
      label: trans.__('Open with Patina'),
      caption: trans.__('Make a notebook with runs of this file, and open it'),
      icon: patinaIcon.bindprops({ stylesheet: 'menuItem' }),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            path: {
              type: 'string',
              description: trans.__('The file; by default the selected one')
            }
          }
        }
      },
      isVisible: args => pathOf(args) !== null,
      isEnabled: args => pathOf(args) !== null,
      execute: args => {
        const path = pathOf(args);
        return path === null ? null : importer.open(path);
      }
    });
    const formatOf = (args: { format?: unknown }) =>
      panels.panel &&
      formatsOf(panels.panel, trans).find(it => it.format === args.format);
    app.commands.addCommand(EXPORT, {
      label: args =>
        exportFormats('python', trans).find(it => it.format === args.format)
          ?.label ?? trans.__('Export Run…'),
      caption: trans.__('Write the notebook as a file of another format'),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            format: {
              type: 'string',
              description: trans.__('As in docs/reference/api.md, Convert')
            }
          }
        }
      },
      isVisible: () => panels.panel !== null,
      isEnabled: args => Boolean(formatOf(args)),
      execute: async args => {
        const { panel } = panels;
        const format = formatOf(args);
        if (panel && format) {
          await exporter.export(panel, format);
        }
      }
    });
    panels.add({
      id: 'copy-notebook',
      label: trans.__('Save Copy As…'),
      caption: trans.__('Make a notebook of its own of this one'),
      unable: panel =>
        panel.content.notebookId === null
          ? trans.__('The notebook is not open yet')
          : null,
      execute: panel => exporter.copy(panel)
    });
  }
};

function formatsOf(
  panel: PatinaPanel,
  trans: TranslationBundle
): IExportFormat[] {
  const { id, language } = panel.model.source.header;
  return id === null ? [] : exportFormats(language, trans);
}
