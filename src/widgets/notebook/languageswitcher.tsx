import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect, ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { YTsnb } from '../../model/source';
import type * as wire from '../../wire';
import type { Access } from './access';

/** Chooses the kernel of the runs that start from now on; runs there are keep theirs. */
export class LanguageSwitcher extends ReactWidget {
  constructor(
    private readonly _source: YTsnb,
    kernels: Promise<readonly wire.KernelChoice[]>,
    private readonly _access: Access,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaLanguage');
    _access.changed.connect(() => this.update());
    void kernels.then(choices => {
      this._choices = choices;
      this.update();
    });
  }

  protected override render(): React.ReactElement {
    return (
      <UseSignal signal={this._source.headerChanged}>
        {() => this._select()}
      </UseSignal>
    );
  }

  private _select(): React.ReactElement {
    const { kernel, language } = this._source.header;
    const isKnown = this._choices.some(({ name }) => name === kernel);
    const choices = isKnown
      ? this._choices
      : [{ name: kernel, display_name: kernel, language }, ...this._choices];
    return (
      <HTMLSelect
        value={kernel}
        disabled={this._access.unableToEdit !== null}
        onChange={event => this._choose(event.target.value)}
        aria-label={this._trans.__('Language of the next run')}
        title={this._trans.__('Language of the next run')}
      >
        {choices.map(choice => (
          <option key={choice.name} value={choice.name}>
            {choice.display_name}
          </option>
        ))}
      </HTMLSelect>
    );
  }

  private _choose(name: string): void {
    const choice = this._choices.find(choice => choice.name === name);
    if (choice) {
      this._source.setKernel(choice.name, choice.language);
    }
  }

  private _choices: readonly wire.KernelChoice[] = [];
}
