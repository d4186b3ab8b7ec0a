import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { formatBytes } from '../../model/bytes';
import { runWord } from '../../model/runwords';
import type { PatinaPanel } from '../notebook/panel';

/** The shown run for the status bar: `Run 2 · idle · 1 edited · 214 MB`. */
export class RunStatusLine extends ReactWidget {
  constructor(
    private readonly _panel: PatinaPanel,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaRunStatus');
    const { shownRun, content } = _panel;
    shownRun.changed.connect(this._again, this);
    content.opened.connect(this._followMarks, this);
    this._followMarks();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._panel.shownRun.changed.disconnect(this._again, this);
    this._panel.content.opened.disconnect(this._followMarks, this);
    this._panel.live?.marks.changed.disconnect(this._again, this);
    super.dispose();
  }

  protected override render(): React.ReactElement {
    const run = this._panel.shownRun.view?.run;
    return <span data-status={run?.status ?? 'none'}>{this._text()}</span>;
  }

  private _text(): string {
    const trans = this._trans;
    const { view } = this._panel.shownRun;
    if (!view) {
      return trans.__('No run');
    }
    const { run } = view;
    const edited = this._panel.live?.marks.edited.length ?? 0;
    return [
      run.title,
      runWord(view, trans),
      edited > 0 ? trans._n('%1 edited', '%1 edited', edited) : '',
      run.memory_bytes ? formatBytes(run.memory_bytes) : ''
    ]
      .filter(Boolean)
      .join(' · ');
  }

  private _followMarks(): void {
    this._panel.live?.marks.changed.disconnect(this._again, this);
    this._panel.live?.marks.changed.connect(this._again, this);
    this._again();
  }

  private _again(): void {
    this.update();
  }
}
