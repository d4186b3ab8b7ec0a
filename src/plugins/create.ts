import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { ITranslator } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { patinaIcon } from '../icons';
import { fix, LANGUAGES } from '../languages';
import { IPatinaClient } from '../tokens';
import { NotebookCreator } from '../widgets/notebook/creator';
import { report } from '../widgets/notebook/report';

const NEW = 'patina:new-notebook';

/** New notebooks: a section of the launcher, File > New, the palette. */
export const create: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:create',
  description: 'Creates Patina notebooks.',
  autoStart: true,
  requires: [IPatinaClient, IDocumentManager, ITranslator],
  optional: [IDefaultFileBrowser, ILauncher, IMainMenu, ICommandPalette],
  activate: (
    app,
    client: IPatinaClient,
    documents: IDocumentManager,
    translator: ITranslator,
    browser: IDefaultFileBrowser | null,
    launcher: ILauncher | null,
    menu: IMainMenu | null,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('patina_lab');
    const creator = new NotebookCreator(client, documents, app.serviceManager);
    const language = (args: { kernel?: unknown }) =>
      LANGUAGES.find(({ kernel }) => kernel === args.kernel) ?? LANGUAGES[0];
    app.commands.addCommand(NEW, {
      label: args =>
        args.isPalette
          ? trans.__('New Patina Notebook (%1)', language(args).name)
          : trans.__('Patina %1', language(args).name),
      caption: args =>
        trans.__('Create a %1 notebook with runs', language(args).name),
      icon: patinaIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            kernel: {
              type: 'string',
              description: trans.__('Name of the kernelspec')
            },
            cwd: {
              type: 'string',
              description: trans.__('The folder; by default the file browser’s')
            },
            isPalette: {
              type: 'boolean',
              description: trans.__('Whether the label is for the palette')
            }
          }
        }
      },
      execute: async (args): Promise<Widget | null> => {
        const cwd =
          typeof args.cwd === 'string' ? args.cwd : browser?.model.path;
        const wanted = language(args);
        const { name, kernel } = wanted;
        if (!(await creator.canRun(kernel))) {
          await showDialog({
            title: trans.__('%1 is not installed', `Patina ${name}`),
            body: `${trans.__('There is no kernel named %1.', kernel)} ${fix(wanted, trans)}`,
            buttons: [Dialog.okButton()]
          });
          return null;
        }
        try {
          return await creator.create(cwd ?? '', kernel);
        } catch (error) {
          report(error);
          return null;
        }
      }
    });
    LANGUAGES.forEach(({ kernel }, rank) => {
      launcher?.add({
        command: NEW,
        args: { kernel },
        category: 'Patina',
        categoryRank: 5,
        rank
      });
      palette?.addItem({
        command: NEW,
        args: { kernel, isPalette: true },
        category: 'Patina'
      });
    });
    menu?.fileMenu.newMenu.addGroup(
      LANGUAGES.map(({ kernel }) => ({ command: NEW, args: { kernel } })),
      15
    );
  }
};
