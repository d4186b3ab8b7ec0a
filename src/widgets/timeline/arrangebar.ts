import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Arranging } from '../../model/arranging';
import { button, element } from './element';

/** Above the timeline: outputs by time or by cell, and whether re-runs are folded. */
export class ArrangeBar extends Widget {
  constructor(
    private readonly _arranging: Arranging,
    trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaArrange');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', trans.__('Order of the outputs'));
    this._time = button('jp-PatinaLink', trans.__('by Time'), () => {
      _arranging.groupBy = 'time';
    });
    this._cell = button('jp-PatinaLink', trans.__('by Cell'), () => {
      _arranging.groupBy = 'cell';
    });
    this._fold = button('jp-PatinaLink', trans.__('Fold Re-runs'), () => {
      _arranging.folds = !_arranging.folds;
    });
    this._fold.title = trans.__(
      'Of outputs of one cell in a row, show the latest'
    );
    this.node.append(this._time, this._cell, this._gap, this._fold);
    _arranging.changed.connect(this._show, this);
    this._show();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._arranging.changed.disconnect(this._show, this);
    super.dispose();
  }

  private _show(): void {
    const { groupBy, folds } = this._arranging;
    press(this._time, groupBy === 'time');
    press(this._cell, groupBy === 'cell');
    press(this._fold, folds);
    // By cell there is one stack a cell anyhow.
    this._fold.hidden = groupBy === 'cell';
  }

  private readonly _time: HTMLButtonElement;
  private readonly _cell: HTMLButtonElement;
  private readonly _fold: HTMLButtonElement;
  private readonly _gap = element('span', 'jp-PatinaArrange-gap');
}

function press(node: HTMLButtonElement, isPressed: boolean): void {
  node.setAttribute('aria-pressed', String(isPressed));
}
