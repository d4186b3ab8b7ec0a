import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { PatinaError } from '../../services/error';
import type { IPatinaClient } from '../../tokens';
import type * as wire from '../../wire';

/** A state runs code when it is loaded: whether to trust it is a person's to say. */
export async function continueSaved(
  client: IPatinaClient,
  { id, title }: wire.Run,
  trans: TranslationBundle
): Promise<void> {
  try {
    await client.load(id);
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
  }
}
