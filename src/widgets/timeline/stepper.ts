import type { TranslationBundle } from '@jupyterlab/translation';
import { button, element, write } from './element';

/** Which of a cell's outputs one is, counted from 1. */
export interface IStep {
  readonly index: number;
  readonly count: number;
}

/** ‹ n of m ›: from one output of a cell of the source to the older and newer ones. */
export class Stepper {
  constructor(
    private readonly _trans: TranslationBundle,
    step: (by: -1 | 1) => void
  ) {
    this._older = this._button('‹', -1, step);
    this._newer = this._button('›', 1, step);
    this.node.append(this._older, this._text, this._newer);
  }

  readonly node = element('span', 'jp-PatinaStepper');

  /** Nothing is shown of a cell with a single output. */
  show(step: IStep | null): void {
    const isNeeded = step !== null && step.count > 1;
    this.node.hidden = !isNeeded;
    if (!isNeeded) {
      return;
    }
    const trans = this._trans;
    write(this._text, trans.__('%1 of %2', step.index, step.count));
    label(this._older, trans.__('Older output of this cell'), step.index > 1);
    label(
      this._newer,
      trans.__('Newer output of this cell'),
      step.index < step.count
    );
  }

  /** Focus the button that goes on in this direction. */
  focus(by: -1 | 1): void {
    (by < 0 ? this._older : this._newer).focus({ preventScroll: true });
  }

  private _button(
    text: string,
    by: -1 | 1,
    step: (by: -1 | 1) => void
  ): HTMLButtonElement {
    const made = button('jp-PatinaLink', text, () => {
      if (made.getAttribute('aria-disabled') !== 'true') {
        step(by);
      }
    });
    return made;
  }

  private readonly _older: HTMLButtonElement;
  private readonly _newer: HTMLButtonElement;
  private readonly _text = element('span', '');
}

/** A button at the end of its way stays, so that the focus does. */
function label(node: HTMLButtonElement, name: string, isAble: boolean): void {
  node.title = name;
  node.setAttribute('aria-label', name);
  node.setAttribute('aria-disabled', String(!isAble));
}
