import type { TranslationBundle } from '@jupyterlab/translation';
import type { Unable } from '../../model/abilities';
import type * as wire from '../../wire';
import { button, element } from './element';

/**
 * The line that a running cell asks for; whoever answers first has answered. Who may not run code sees
 * that it asks, and why the answer is not theirs to give.
 */
export class InputBox {
  constructor(
    readonly request: wire.InputRequest,
    trans: TranslationBundle,
    private readonly _answer: (value: string) => Promise<boolean>
  ) {
    const name = request.prompt.trim() || trans.__('Input');
    const label = element('label', 'jp-PatinaInput-prompt', name);
    this._field.type = request.password ? 'password' : 'text';
    this._field.autocomplete = 'off';
    this._field.spellcheck = false;
    label.append(this._field);
    this.node.append(label, this._send, this._why);
    this._send.textContent = trans.__('Send');
    this.node.onsubmit = event => {
      event.preventDefault();
      void this._submit();
    };
    // Keys typed here are the answer, not commands of the notebook.
    this.node.onkeydown = event => event.stopPropagation();
    this.node.dataset.lmSuppressShortcuts = 'true';
  }

  readonly node = element('form', 'jp-PatinaInput');

  /** Take an answer, or say why not. */
  allow(unable: Unable): void {
    this._why.textContent = unable ?? '';
    this._why.hidden = unable === null;
    this._field.disabled = unable !== null;
    this._send.disabled = unable !== null || this._isSent;
  }

  focus(): void {
    this._field.focus({ preventScroll: true });
  }

  /** What was typed stays, to be sent again, when the answer did not arrive. */
  private async _submit(): Promise<void> {
    this._setSent(true);
    this._setSent(await this._answer(this._field.value));
  }

  private _setSent(isSent: boolean): void {
    this._isSent = this._send.disabled = this._field.readOnly = isSent;
  }

  private _isSent = false;
  private readonly _why = element('span', 'jp-PatinaInput-why');

  private readonly _field = element('input', 'jp-PatinaInput-field');
  private readonly _send = (() => {
    const send = button('jp-PatinaButton', '', () => undefined);
    send.type = 'submit';
    return send;
  })();
}
