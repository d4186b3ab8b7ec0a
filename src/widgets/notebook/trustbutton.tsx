import type { TranslationBundle } from '@jupyterlab/translation';
import {
  notTrustedIcon,
  ReactWidget,
  ToolbarButtonComponent,
  trustedIcon,
  UseSignal
} from '@jupyterlab/ui-components';
import * as React from 'react';
import type { PatinaPanel } from './panel';

/** Says whether outputs may run scripts in the page, and lets a person allow it. */
export class TrustButton extends ReactWidget {
  constructor(
    private readonly _panel: PatinaPanel,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaTrust');
  }

  protected override render(): React.ReactElement {
    return (
      <UseSignal signal={this._panel.trustChanged}>
        {() => this._button()}
      </UseSignal>
    );
  }

  private _button(): React.ReactElement {
    const { trust } = this._panel;
    const isTrusted = trust?.isTrusted ?? false;
    return (
      <ToolbarButtonComponent
        icon={isTrusted ? trustedIcon : notTrustedIcon}
        enabled={trust !== null && !isTrusted}
        label={isTrusted ? '' : this._trans.__('Trust Outputs')}
        tooltip={
          isTrusted
            ? this._trans.__('The outputs of this notebook are trusted')
            : this._trans.__(
                'Let outputs that this page did not ask for run scripts'
              )
        }
        onClick={() => void this._panel.trust?.trustAll()}
      />
    );
  }
}
