import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICompareOptions } from '../../model/comparison';
import type { IRunView } from '../../tokens';
import { button, element } from '../timeline/element';

/** What a person can ask of a comparison. */
export interface ICompareActions {
  choose(left: string, right: string): void;
  option(options: Partial<ICompareOptions>): void;
  refresh(): void;
  exportReport(): void;
}

/** Above a comparison: which runs, and what of them. */
export class CompareBar {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _actions: ICompareActions
  ) {
    const trans = _trans;
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', trans.__('What is compared'));
    this._left.setAttribute('aria-label', trans.__('Left run'));
    this._right.setAttribute('aria-label', trans.__('Right run'));
    this._left.onchange = this._right.onchange = () =>
      _actions.choose(this._left.value, this._right.value);
    const swap = button('jp-PatinaButton', '⇄', () =>
      _actions.choose(this._right.value, this._left.value)
    );
    swap.title = trans.__('Swap the runs');
    swap.setAttribute('aria-label', swap.title);
    this.node.append(this._left, swap, this._right);
    this._add('onlyDifferences', trans.__('Only differences'));
    this._add('code', trans.__('Code'));
    this._add('outputs', trans.__('Outputs'));
    this._add('globals', trans.__('Globals'));
    this.node.append(
      button('jp-PatinaButton', trans.__('Refresh'), () => _actions.refresh()),
      button('jp-PatinaButton', trans.__('Export as HTML'), () =>
        _actions.exportReport()
      )
    );
  }

  readonly node = element('div', 'jp-PatinaCompare-bar');

  /** Offer these runs; `baseline` is marked. */
  offer(
    runs: readonly IRunView[],
    left: string,
    right: string,
    baseline: string | null
  ): void {
    for (const [select, value] of [
      [this._left, left],
      [this._right, right]
    ] as const) {
      select.replaceChildren(
        ...runs.map(({ id, run }) => {
          const isBaseline = id === baseline;
          const option = element(
            'option',
            '',
            isBaseline ? this._trans.__('%1 (baseline)', run.title) : run.title
          );
          option.value = id;
          return option;
        })
      );
      select.value = value;
    }
  }

  show(options: ICompareOptions): void {
    for (const [name, box] of this._boxes) {
      box.checked = options[name];
    }
  }

  private _add(name: keyof ICompareOptions, text: string): void {
    const label = element('label', 'jp-PatinaCompare-option');
    const box = element('input', '');
    box.type = 'checkbox';
    box.onchange = () => this._actions.option({ [name]: box.checked });
    label.append(box, text);
    this._boxes.set(name, box);
    this.node.append(label);
  }

  private readonly _left = element('select', '');
  private readonly _right = element('select', '');
  private readonly _boxes = new Map<keyof ICompareOptions, HTMLInputElement>();
}
