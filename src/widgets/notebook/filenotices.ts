import type { TranslationBundle } from '@jupyterlab/translation';
import { said, sentences } from '../../model/said';
import type { IPatinaClient, IRunsModel } from '../../tokens';
import type * as wire from '../../wire';
import { Banner } from './banner';
import type { PatinaPanel } from './panel';
import { reported } from './report';

export interface IFileServices {
  readonly client: IPatinaClient;
  readonly trans: TranslationBundle;
  /** Open a file below the server's root. */
  readonly openFile: (path: string) => void;
}

/** Shows above a notebook what the server says of its file, and what can be done about it. */
export class FileNotices {
  constructor(
    private readonly _panel: PatinaPanel,
    private readonly _runs: IRunsModel,
    private readonly _services: IFileServices
  ) {
    _runs.noticesChanged.connect(this._show, this);
    void _runs.ready.then(() => this._show());
  }

  private _show(): void {
    if (this._panel.isDisposed) {
      return;
    }
    const notices = new Map(this._runs.notices.map(one => [nameOf(one), one]));
    for (const name of this._shown.filter(name => !notices.has(name))) {
      this._panel.setBanner(name, null);
    }
    for (const [name, notice] of notices) {
      if (!this._dismissed.has(keyOf(notice))) {
        this._panel.setBanner(name, this._banner(name, notice));
      }
    }
    this._shown = [...notices.keys()];
  }

  private _banner(name: string, notice: wire.SourceNotice): Banner {
    const { trans } = this._services;
    const hint = [said(notice, 'reason', trans), said(notice, 'hint', trans)];
    const banner = new Banner(
      said(notice, 'message', trans),
      sentences(hint, trans)
    );
    const [cell] = notice.cells ?? [];
    if (cell) {
      banner.addButton(trans.__('Show the Cell'), () =>
        this._panel.content.goToCode(cell)
      );
    }
    const { file } = notice;
    if (file) {
      banner.addButton(trans.__('Open That File'), () =>
        this._services.openFile(file)
      );
    }
    if (notice.kind === 'gone') {
      banner.addButton(trans.__('Write It Again'), () => this._writeOver());
    } else if (notice.kind === 'unreadable') {
      banner.addButton(trans.__('Write It Over'), () => this._writeOver());
    }
    if (notice.kind === 'conflict' || notice.kind === 'backup') {
      banner.addButton(trans.__('Got It'), () => this._dismiss(name, notice));
    }
    return banner;
  }

  private _dismiss(name: string, notice: wire.SourceNotice): void {
    this._dismissed.add(keyOf(notice));
    this._panel.setBanner(name, null);
  }

  private _writeOver(): void {
    const { notebookId } = this._panel.content;
    if (notebookId !== null) {
      void reported(this._services.client.writeOver(notebookId));
    }
  }

  private _shown: readonly string[] = [];
  private readonly _dismissed = new Set<string>();
}

function nameOf({ kind, file }: wire.SourceNotice): string {
  return `file ${kind} ${kind === 'backup' ? file : ''}`;
}

/** A notice that says something new is shown again. */
function keyOf(notice: wire.SourceNotice): string {
  return JSON.stringify(notice);
}
