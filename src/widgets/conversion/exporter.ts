import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IExportFormat } from '../../model/exportformats';
import { inOrder } from '../../model/runorder';
import type { PatinaPanel } from '../notebook/panel';
import type { Importer } from './importer';
import { askTarget } from './targetdialog';

/** Writes open notebooks as files of other formats, and as notebooks of their own. */
export class Exporter {
  constructor(
    private readonly _importer: Importer,
    private readonly _documents: IDocumentManager,
    private readonly _trans: TranslationBundle
  ) {}

  /** Ask where to, and with the outputs of which run; write the file, and say where it is. */
  async export(
    { context, content }: PatinaPanel,
    { format, label, suffix, hasOutputs }: IExportFormat
  ): Promise<void> {
    const trans = this._trans;
    const from = context.localPath;
    const runs = inOrder(content.runs?.runs ?? []).map(({ id, run }) => ({
      id,
      title: run.title
    }));
    const target = await askTarget(
      {
        title: trans.__('Export as %1', label),
        path: `${withoutExtension(from)}${suffix}`,
        accept: trans.__('Export'),
        ...(hasOutputs ? { runs, run: content.currentRun } : {})
      },
      trans
    );
    if (target === null) {
      return;
    }
    const { path: to, run } = target;
    const named = run === null ? {} : { run };
    this._tell(await this._importer.convert({ from, to, format, ...named }));
  }

  /** Ask where to, and whether with the runs; make the copy and open it. */
  async copy({ context }: PatinaPanel): Promise<void> {
    const from = context.localPath;
    const target = await askTarget(
      {
        title: this._trans.__('Save Copy As'),
        path: `${withoutExtension(from)}-copy.tsnb`,
        accept: this._trans.__('Save Copy'),
        withRuns: true
      },
      this._trans
    );
    if (target === null) {
      return;
    }
    const { path: to, withRuns: runs } = target;
    const made = await this._importer.convert({ from, to, runs });
    if (made !== null) {
      this._documents.openOrReveal(made);
    }
  }

  private _tell(made: string | null): void {
    if (made === null) {
      return;
    }
    const trans = this._trans;
    Notification.success(trans.__('Exported to %1', made), {
      // Without this it is only counted in the status bar, and nobody sees what it offers.
      autoClose: false,
      actions: [
        {
          label: trans.__('Open'),
          callback: () => void this._documents.openOrReveal(made)
        },
        {
          label: trans.__('Download'),
          callback: () => void this._download(made)
        }
      ]
    });
  }

  private async _download(path: string): Promise<void> {
    const { contents } = this._documents.services;
    const link = document.createElement('a');
    link.href = await contents.getDownloadUrl(path);
    link.download = PathExt.basename(path);
    link.click();
  }
}

function withoutExtension(path: string): string {
  return path.slice(0, path.length - PathExt.extname(path).length);
}
