import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, type TranslationBundle } from '@jupyterlab/translation';
import { forkIcon } from '../../icons';
import { reportLine } from '../../model/said';
import { IPatinaClient, IPlainNotebooks, type IRunView } from '../../tokens';
import type * as wire from '../../wire';
import { reported } from '../../widgets/notebook/report';
import { commandsChanged } from './changed';
import { NO_ARGUMENTS } from './panelcommands';

/** A plain notebook and its kernel, which is one of Patina's. */
interface IFront {
  readonly panel: NotebookPanel;
  readonly kernel: IRunView;
}

/** Commands that fork the Patina kernel of a plain notebook. */
export const plainKernels: JupyterFrontEndPlugin<void> = {
  id: 'patina-lab:plain-kernel-commands',
  description: 'Commands that fork the Patina kernel of a plain notebook.',
  autoStart: true,
  requires: [IPatinaClient, IPlainNotebooks, ITranslator],
  optional: [ICommandPalette],
  activate: (
    app,
    client: IPatinaClient,
    plain: IPlainNotebooks,
    translator: ITranslator,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('patina_lab');
    const front = (): IFront | null => {
      const { panel, kernel } = plain;
      const isInFront = panel !== null && panel === app.shell.currentWidget;
      return isInFront && kernel ? { panel, kernel } : null;
    };
    const add = (
      name: string,
      label: string,
      caption: string,
      open: (front: IFront, fork: wire.ForkedKernel) => Promise<unknown>
    ) => {
      const command = `patina:${name}`;
      app.commands.addCommand(command, {
        label,
        caption: () =>
          front()
            ? caption
            : trans.__('No plain notebook with a Patina kernel is in front'),
        icon: forkIcon.bindprops({ stylesheet: 'menuItem' }),
        describedBy: NO_ARGUMENTS,
        isEnabled: () => front() !== null,
        execute: () => {
          const there = front();
          return there && reported(fork(app, client, there, trans, open));
        }
      });
      palette?.addItem({ command, category: 'Patina' });
    };
    add(
      'fork-kernel-console',
      trans.__('Fork Kernel into New Console'),
      trans.__('A console that starts with exactly this live state'),
      ({ panel }, { id, name }) =>
        app.commands.execute('console:create', {
          basePath: PathExt.dirname(panel.context.localPath),
          kernelPreference: { id, name },
          activate: true
        })
    );
    add(
      'fork-kernel-notebook',
      trans.__('Fork Kernel into New Notebook'),
      trans.__('A copy of the notebook, with exactly this live state'),
      (there, kernel) => openCopy(app, there, kernel)
    );
    plain.changed.connect(() => commandsChanged(app.commands));
  }
};

/** Fork the kernel and open what uses the fork; what nothing uses is not left behind. */
async function fork(
  { serviceManager }: JupyterFrontEnd,
  client: IPatinaClient,
  front: IFront,
  trans: TranslationBundle,
  open: (front: IFront, fork: wire.ForkedKernel) => Promise<unknown>
): Promise<void> {
  const forked = await client.forkKernel(front.kernel.id);
  try {
    await open(front, forked);
  } catch (error) {
    await serviceManager.kernels.shutdown(forked.id);
    throw error;
  }
  const lines = forked.report.map(line => reportLine(line, trans));
  if (lines.length > 0) {
    Notification.warning(
      [trans.__('Not as it was in the fork:'), ...lines].join('\n'),
      { autoClose: false }
    );
  }
}

/** The cells say how the state came about; they are copied as they are now. */
async function openCopy(
  { commands, serviceManager }: JupyterFrontEnd,
  { panel: { context } }: IFront,
  { id, name }: wire.ForkedKernel
): Promise<void> {
  if (context.model.dirty && !context.model.readOnly) {
    await context.save();
  }
  const { path } = await serviceManager.contents.copy(
    context.path,
    PathExt.dirname(context.path)
  );
  await commands.execute('docmanager:open', {
    path,
    factory: 'Notebook',
    kernel: { id, name }
  });
}
