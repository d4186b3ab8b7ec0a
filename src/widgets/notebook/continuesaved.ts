import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { PatinaError } from '../../services/error';
import type { IPatinaClient } from '../../tokens';
import type * as wire from '../../wire';

/**
 * Have a run go on with its saved state; false when a person decides against it. A state runs code
 * when it is loaded: whether to trust it is theirs to say.
 */
export async function continueSaved(
  client: IPatinaClient,
  { id, title }: wire.Run,
  trans: TranslationBundle
): Promise<boolean> {
  try {
    await client.load(id);
    return true;
  } catch (error) {
    const needsTrust = error instanceof PatinaError && error.status === 403;
    if (!needsTrust) {
      throw error;
    }
    const { button } = await showDialog({
      title: trans.__('Trust the saved state of %1?', title),
      body: [error.reason, error.hint].filter(Boolean).join(' '),
      buttons: [
        Dialog.cancelButton(),
        Dialog.warnButton({ label: trans.__('Trust and Continue') })
      ]
    });
    if (button.accept) {
      await client.load(id, { trust: true });
    }
    return button.accept;
  }
}
