import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { button } from '../timeline/element';
import type { Half } from '../../model/halves';
import type { Halves } from './halves';

/** Chooses between source and timeline where there is room for one of them only. */
export class HalfSwitch extends Widget {
  constructor(
    private readonly _halves: Halves,
    trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaHalves');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', trans.__('What is in view'));
    this._buttons = {
      source: this._button('source', trans.__('Source')),
      timeline: this._button('timeline', trans.__('Timeline'))
    };
    _halves.inViewChanged.connect(this._show, this);
    this._show();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._halves.inViewChanged.disconnect(this._show, this);
    }
    super.dispose();
  }

  private _button(half: Half, label: string): HTMLButtonElement {
    const node = button('jp-PatinaHalves-button', label, () => {
      this._halves.half = half;
    });
    this.node.append(node);
    return node;
  }

  private _show(): void {
    const { half } = this._halves;
    for (const [name, node] of Object.entries(this._buttons)) {
      node.setAttribute('aria-pressed', String(name === half));
    }
  }

  private readonly _buttons: Record<Half, HTMLButtonElement>;
}
