import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
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
    const lacks = new Lacks(client, trans);
    const creator = new NotebookCreator(client, documents, app.serviceManager);
    app.commands.addCommand(NEW, {
      ...newNotebook(lacks, trans),
      execute: async (args): Promise<Widget | null> => {
        const cwd =
          typeof args.cwd === 'string' ? args.cwd : browser?.model.path;
        const language = languageOf(args);
        if (!(await goesOn(await lacks.now(language), trans))) {
          return null;
        }
        try {
          return await creator.create(cwd ?? '', language.kernel);
        } catch (error) {
          report(error);
          return null;
        }
      }
    });
    addCards(launcher, lacks);
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

/** What the languages lack on this server, as it was said last. */
class Lacks {
  constructor(
    private readonly _client: IPatinaClient,
    private readonly _trans: TranslationBundle
  ) {}

  get any(): boolean {
    return [...this._known.values()].some(lack => lack !== null);
  }

  of(language: ILanguage): ILack | null {
    return this._known.get(language) ?? null;
  }

  /** Ask the server. */
  async look(): Promise<void> {
    const { kernels } = await this._client.info();
    LANGUAGES.forEach(one =>
      this._known.set(one, lackOf(one, kernels, this._trans))
    );
  }

  /** What was missing may have been installed meanwhile. */
  async now(language: ILanguage): Promise<ILack | null> {
    await this.look().catch(() => undefined);
    return this.of(language);
  }

  private readonly _known = new Map<ILanguage, ILack | null>();
}

function languageOf(args: { readonly kernel?: unknown }): ILanguage {
  return LANGUAGES.find(({ kernel }) => kernel === args.kernel) ?? LANGUAGES[0];
}

/** How the command is called, and what it takes. */
function newNotebook(
  lacks: Lacks,
  trans: TranslationBundle
): Omit<CommandRegistry.ICommandOptions, 'execute'> {
  return {
    label: args => {
      const language = languageOf(args);
      const { name } = language;
      const lack = lacks.of(language);
      if (args.isPalette) {
        return trans.__('New Patina Notebook (%1)', name);
      }
      return lack
        ? trans.__('Patina %1: %2', name, lack.what)
        : trans.__('Patina %1', name);
    },
    caption: args =>
      lacks.of(languageOf(args))?.fix ??
      trans.__('Create a %1 notebook with runs', languageOf(args).name),
    icon: args => languageIcons[languageOf(args).language] ?? patinaIcon,
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
    }
  };
}

/** A card for each language. A launcher shows what a card is called when it is added. */
function addCards(launcher: ILauncher | null, lacks: Lacks): void {
  const add = () =>
    LANGUAGES.map(({ kernel }, rank) =>
      launcher?.add({
        command: NEW,
        args: { kernel },
        category: 'Patina',
        categoryRank: 5,
        rank
      })
    );
  const cards = add();
  void lacks
    .look()
    .then(() => {
      if (lacks.any) {
        cards.forEach(card => card?.dispose());
        add();
      }
    })
    .catch(() => undefined);
}

/** Say what is missing, if anything is; whether a person wants a notebook all the same, to write and read it. */
async function goesOn(
  lack: ILack | null,
  trans: TranslationBundle
): Promise<boolean> {
  if (!lack) {
    return true;
  }
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
