import { Dialog, showDialog } from '@jupyterlab/apputils';

/** Ask before something that cannot be undone. */
export async function confirmed(
  title: string,
  body: string,
  action: string
): Promise<boolean> {
  const { button } = await showDialog({
    title,
    body,
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: action })]
  });
  return button.accept;
}
