import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { languageIcons, patinaIcon } from '../icons';
import { type ILack, type ILanguage, lackOf, LANGUAGES } from '../languages';
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
    const lacks = new Map<ILanguage, ILack | null>();
    const look = async () => {
      const { kernels } = await client.info();
      LANGUAGES.forEach(one => lacks.set(one, lackOf(one, kernels, trans)));
    };
    app.commands.addCommand(NEW, {
      label: args => {
        const { name } = language(args);
        const lack = lacks.get(language(args));
        if (args.isPalette) {
          return trans.__('New Patina Notebook (%1)', name);
        }
        return lack
          ? trans.__('Patina %1: %2', name, lack.what)
          : trans.__('Patina %1', name);
      },
      caption: args =>
        lacks.get(language(args))?.fix ??
        trans.__('Create a %1 notebook with runs', language(args).name),
      icon: args => languageIcons[language(args).language] ?? patinaIcon,
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
        // What was missing may have been installed meanwhile.
        await look().catch(() => undefined);
        const lack = lacks.get(wanted);
        if (lack && !(await goesOn(lack, trans))) {
          return null;
        }
        try {
          return await creator.create(cwd ?? '', wanted.kernel);
        } catch (error) {
          report(error);
          return null;
        }
      }
    });
    const addCards = () =>
      LANGUAGES.map(({ kernel }, rank) =>
        launcher?.add({
          command: NEW,
          args: { kernel },
          category: 'Patina',
          categoryRank: 5,
          rank
        })
      );
    // A launcher shows what a card is called when it is added.
    const cards = addCards();
    void look()
      .then(() => {
        if ([...lacks.values()].some(lack => lack !== null)) {
          cards.forEach(card => card?.dispose());
          addCards();
        }
      })
      .catch(() => undefined);
    LANGUAGES.forEach(({ kernel }) => {
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

/** Say what is missing; whether a person wants a notebook all the same, to write and read it. */
async function goesOn(lack: ILack, trans: TranslationBundle): Promise<boolean> {
  const { button } = await showDialog({
    title: lack.what,
    body: lack.fix,
    buttons: lack.canWrite
      ? [
          Dialog.cancelButton(),
          Dialog.okButton({ label: trans.__('Create It Anyway') })
        ]
      : [Dialog.cancelButton({ label: trans.__('Close') })]
  });
  return button.accept;
}
