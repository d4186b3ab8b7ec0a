import type { TranslationBundle } from '@jupyterlab/translation';
import { type DiffLine, diffLines } from '../../model/codediff';
import type * as wire from '../../wire';
import { button, element } from './element';

/** What the code of an output cell is compared with. */
export type DiffWith = 'source' | 'previous';

/** What a diff needs to know, and what can be done in it. */
export interface IDiffHost {
  readonly trans: TranslationBundle;
  /** The source of a cell now; null when it was deleted. */
  sourceOf(cell: string): string | null;
  previous(cell: wire.OutputCell): wire.OutputCell | null;
  /** Make the source of the cell what it was when it ran. */
  restore(cell: wire.OutputCell): void;
}

/** Two texts, and what each of them is. */
interface ISides {
  readonly before: string;
  readonly after: string;
  readonly labels: readonly [string, string];
}

/** The code of an output cell as it ran, against the source now or the output before. */
export class CodeDiff {
  /** `choose` is told what a person wants to compare with; null for nothing. */
  constructor(
    private readonly _host: IDiffHost,
    private readonly _choose: (against: DiffWith | null) => void
  ) {
    this.node.setAttribute('role', 'group');
    this.node.hidden = true;
  }

  readonly node = element('div', 'jp-PatinaDiff');

  show(cell: wire.OutputCell, against: DiffWith | null): void {
    this.node.hidden = against === null;
    if (against === null) {
      this.node.replaceChildren();
      return;
    }
    this._build(cell);
    this._select.value = against;
    this._restore.hidden = this._host.sourceOf(cell.cell) === cell.source;
    this._result.replaceChildren(...this._lines(cell, against));
  }

  /** Made once, so that what has the focus keeps it while the source changes. */
  private _build(cell: wire.OutputCell): void {
    this._cell = cell;
    if (this.node.childElementCount > 0) {
      return;
    }
    const { trans } = this._host;
    this.node.setAttribute(
      'aria-label',
      trans.__('Diff of output %1', cell.seq)
    );
    const label = element('label', '', trans.__('Compare the code with'));
    this._select.replaceChildren(
      new Option(trans.__('the source now'), 'source'),
      new Option(trans.__('the previous output'), 'previous'),
      new Option(trans.__('nothing'), 'none')
    );
    this._select.onchange = () => this._choose(chosen(this._select.value));
    this._restore.textContent = trans.__('Restore Code');
    this._restore.classList.add('jp-PatinaDiff-restore');
    label.append(this._select);
    const bar = element('div', 'jp-PatinaDiff-bar');
    bar.append(label, this._restore);
    this.node.append(bar, this._result);
  }

  private _lines(cell: wire.OutputCell, against: DiffWith): Node[] {
    const { trans } = this._host;
    const sides =
      against === 'source' ? this._withSource(cell) : this._withPrevious(cell);
    if (typeof sides === 'string') {
      return [element('p', '', sides)];
    }
    const lines = diffLines(sides.before, sides.after);
    if (lines.length === 0) {
      return [element('p', '', trans.__('The code is the same'))];
    }
    const legend = element('p', 'jp-PatinaDiff-legend');
    legend.append(
      element('span', '', `− ${sides.labels[0]}`),
      element('span', '', `+ ${sides.labels[1]}`)
    );
    const code = element('pre', '');
    // What scrolls can be reached with the keyboard.
    code.tabIndex = 0;
    code.append(...lines.map(line => this._line(line)));
    return [legend, code];
  }

  private _withSource(cell: wire.OutputCell): ISides | string {
    const { trans } = this._host;
    const source = this._host.sourceOf(cell.cell);
    return source === null
      ? trans.__('The cell was deleted')
      : {
          before: cell.source,
          after: source,
          labels: [trans.__('as it ran (#%1)', cell.seq), trans.__('now')]
        };
  }

  private _withPrevious(cell: wire.OutputCell): ISides | string {
    const { trans } = this._host;
    const previous = this._host.previous(cell);
    return previous === null
      ? trans.__('There is no earlier output of this cell')
      : {
          before: previous.source,
          after: cell.source,
          labels: [`#${previous.seq}`, `#${cell.seq}`]
        };
  }

  private _line(line: DiffLine): HTMLElement {
    if (line.kind === 'gap') {
      const { trans } = this._host;
      const text = trans._n(
        '%1 line the same',
        '%1 lines the same',
        line.count
      );
      return element('span', 'jp-PatinaDiff-gap', `⋯ ${text}`);
    }
    const { tag, sign } = LOOKS[line.kind];
    const node = element(tag, 'jp-PatinaDiff-line', sign);
    node.dataset.kind = line.kind;
    for (const { text, isChanged } of line.pieces) {
      node.append(isChanged ? element('mark', '', text) : text);
    }
    return node;
  }

  private _cell: wire.OutputCell | null = null;
  private readonly _select = element('select', '');
  private readonly _restore = button('jp-PatinaButton', '', () => {
    if (this._cell) {
      this._host.restore(this._cell);
    }
  });
  private readonly _result = element('div', 'jp-PatinaDiff-result');
}

/** Deletions and insertions say so to a screen reader; the sign says it to everybody else. */
const LOOKS = {
  same: { tag: 'span', sign: '  ' },
  removed: { tag: 'del', sign: '− ' },
  added: { tag: 'ins', sign: '+ ' }
} as const;

function chosen(value: string): DiffWith | null {
  return value === 'source' || value === 'previous' ? value : null;
}
