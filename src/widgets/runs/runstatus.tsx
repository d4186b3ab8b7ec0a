import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { runWord } from '../../model/runwords';
import type { ShownRun } from './shownrun';

/** The shown run in a word or two, for a toolbar or the status bar: `Run 2 · idle`. */
export class RunStatus extends ReactWidget {
  constructor(
    private readonly _shown: ShownRun,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaRunStatus');
  }

  protected override render(): React.ReactElement {
    return (
      <UseSignal signal={this._shown.changed}>{() => this._line()}</UseSignal>
    );
  }

  private _line(): React.ReactElement {
    const { view } = this._shown;
    return (
      <span data-status={view?.run.status ?? 'none'}>
        {view
          ? `${view.run.title} · ${runWord(view, this._trans)}`
          : this._trans.__('No run')}
      </span>
    );
  }
}
