import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { PatinaError } from '../../services/error';
import { saidEach } from '../../model/said';
import type { IPatinaClient } from '../../tokens';
import type * as wire from '../../wire';
import { report } from '../notebook/report';

/** Makes new files of others; what is there already is replaced only when a person says so. */
export class Importer {
  constructor(
    private readonly _client: IPatinaClient,
    private readonly _documents: IDocumentManager,
    private readonly _trans: TranslationBundle
  ) {}

  /** Make a notebook beside a file, and open it. */
  async open(path: string): Promise<Widget | null> {
    const to = notebookFor(path);
    const made = await this.convert({ from: path, to }, true);
    return made === null ? null : (this._documents.openOrReveal(made) ?? null);
  }

  /**
   * Convert a file; when there is one of the name, ask. The path of the new file, or of the one
   * that is there and that a person would rather open; null when nothing was done.
   */
  async convert(wanted: wire.Convert, mayOpen = false): Promise<string | null> {
    try {
      const converted = await this._client.convert(wanted);
      this._tell(converted);
      return converted.path;
    } catch (error) {
      const isThere = error instanceof PatinaError && error.status === 409;
      if (!isThere || wanted.force) {
        report(error);
        return null;
      }
      return this._ask(wanted, error, mayOpen);
    }
  }

  private async _ask(
    wanted: wire.Convert,
    problem: PatinaError,
    mayOpen: boolean
  ): Promise<string | null> {
    const trans = this._trans;
    const open = Dialog.okButton({ label: trans.__('Open It') });
    const replace = Dialog.warnButton({ label: trans.__('Replace') });
    const { button } = await showDialog({
      title: problem.message,
      body: trans.__(
        'Replacing it deletes what is in it, and its runs. This cannot be undone.'
      ),
      buttons: [Dialog.cancelButton(), replace, ...(mayOpen ? [open] : [])],
      defaultButton: 0
    });
    if (button.label === replace.label) {
      return this.convert({ ...wanted, force: true });
    }
    return mayOpen && button.label === open.label ? wanted.to : null;
  }

  private _tell(converted: wire.Converted): void {
    const notes = saidEach(converted, 'notes', this._trans);
    if (notes.length > 0) {
      Notification.warning(notes.join('\n'), { autoClose: false });
    }
  }
}

/** The notebook that a file becomes: beside it, with its name. */
function notebookFor(path: string): string {
  const extension = PathExt.extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return extension === '.tsnb' ? `${stem}-patina.tsnb` : `${stem}.tsnb`;
}
