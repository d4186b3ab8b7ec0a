import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';
import { cellStatusWord } from '../../model/cellwords';
import {
  differenceWord,
  type ICompareOptions,
  picturePairs,
  tookMs
} from '../../model/comparison';
import { formatDuration } from '../../model/duration';
import type * as wire from '../../wire';
import { CellOutputs } from '../timeline/celloutputs';
import { button, element } from '../timeline/element';
import type { OutputLoader } from '../timeline/loader';
import { Pictures } from './pictures';

/** What compared cells need from around them. */
export interface ICompareHost {
  readonly rendermime: IRenderMimeRegistry;
  readonly loader: OutputLoader;
  readonly trans: TranslationBundle;
  readonly maxBytes: number;
  isTrusted(cell: wire.OutputCell): boolean;
  placeOf(cell: string): number | null;
  /** Show an output cell in the timeline of its run. */
  go(run: string, seq: number): void;
}

/** Two output cells of one cell beside each other: code, text and pictures, and how they ended. */
export class ComparedCellView extends Panel {
  constructor(
    private readonly _cell: wire.ComparedCell,
    private readonly _runs: readonly [wire.Run, wire.Run],
    options: ICompareOptions,
    private readonly _host: ICompareHost
  ) {
    super();
    this.addClass('jp-PatinaCompared');
    this.node.setAttribute('role', 'article');
    this.node.setAttribute('aria-label', this._title());
    this._addNode(element('h3', 'jp-PatinaCompared-title', this._title()));
    if (options.code) {
      this._addCode();
    }
    if (options.outputs) {
      this._addOutputs();
    } else {
      this._addHeads();
    }
  }

  private _title(): string {
    const { trans } = this._host;
    const { cell, differs } = this._cell;
    const place = this._host.placeOf(cell);
    const [left, right] = this._runs;
    const words = differs.map(what =>
      differenceWord(what, left.title, right.title, trans)
    );
    return [
      place === null ? trans.__('deleted cell') : trans.__('cell %1', place),
      words.length > 0 ? words.join(', ') : trans.__('same')
    ].join(': ');
  }

  private _addNode(node: HTMLElement): void {
    this.addWidget(new Widget({ node }));
  }

  private _addCode(): void {
    const { code, left, right } = this._cell;
    if (code) {
      const { trans } = this._host;
      this._addNode(diffNode(code, trans.__('Code'), this._host));
      return;
    }
    const source = left?.source ?? right?.source ?? '';
    if (left && right && left.source_hash !== right.source_hash) {
      this._addPair(
        element('pre', '', left.source),
        element('pre', '', right.source)
      );
    } else {
      this._addNode(element('pre', 'jp-PatinaCompared-source', source));
    }
  }

  private _addHeads(): void {
    this._addPair(this._head(0), this._head(1));
  }

  private _addOutputs(): void {
    const { output, left, right } = this._cell;
    const { trans } = this._host;
    if (output) {
      this._addNode(diffNode(output, trans.__('Text'), this._host));
    }
    const pairs = this._cell.differs.includes('outputs')
      ? picturePairs(this._cell)
      : [];
    const titles = [this._runs[0].title, this._runs[1].title] as const;
    for (const pair of pairs) {
      const pictures = new Pictures(pair, titles, this._host.loader, trans);
      this._addNode(pictures.node);
    }
    this._addHeads();
    const isAllText = output !== undefined && pairs.length === 0;
    if (!isAllText || this._hasOther()) {
      this._addRendered(
        withoutPictures(left, pairs.length),
        withoutPictures(right, pairs.length)
      );
    }
  }

  /** Whether there is something that the lines do not show. */
  private _hasOther(): boolean {
    return [this._cell.left, this._cell.right].some(ran =>
      ran?.outputs.some(({ data }) =>
        Object.keys(data ?? {}).some(mime => mime !== 'text/plain')
      )
    );
  }

  private _addRendered(
    left: wire.OutputCell | undefined,
    right: wire.OutputCell | undefined
  ): void {
    const pair = new Panel();
    pair.addClass('jp-PatinaCompared-pair');
    for (const ran of [left, right]) {
      pair.addWidget(ran ? this._rendered(ran) : new Widget());
    }
    this.addWidget(pair);
  }

  private _rendered(ran: wire.OutputCell): Widget {
    const { rendermime, loader, maxBytes } = this._host;
    const trouble = (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      outputs.area.node.append(element('p', '', `⚠ ${text}`));
    };
    const outputs: CellOutputs = new CellOutputs(rendermime, loader, trouble);
    const isTrusted = this._host.isTrusted(ran);
    outputs.show(ran.outputs, { isTrusted, maxBytes });
    outputs.area.disposed.connect(() => outputs.dispose());
    return outputs.area;
  }

  private _head(index: 0 | 1): HTMLElement {
    const { trans } = this._host;
    const run = this._runs[index];
    const ran = index === 0 ? this._cell.left : this._cell.right;
    const head = element('p', 'jp-PatinaCompared-head');
    if (!ran) {
      head.textContent = trans.__('%1 did not run it', run.title);
      return head;
    }
    const took = tookMs(ran);
    const facts = [
      cellStatusWord(ran.status, trans),
      took === null ? '' : formatDuration(took)
    ];
    const link = button('jp-PatinaLink', `${run.title} #${ran.seq}`, () =>
      this._host.go(run.id, ran.seq)
    );
    head.append(link, ` · ${facts.filter(Boolean).join(' · ')}`);
    return head;
  }

  private _addPair(left: HTMLElement, right: HTMLElement): void {
    const pair = element('div', 'jp-PatinaCompared-pair');
    pair.append(left, right);
    this._addNode(pair);
  }
}

/** An output cell without its first pictures, which are shown already. */
function withoutPictures(
  ran: wire.OutputCell | undefined,
  count: number
): wire.OutputCell | undefined {
  let left = count;
  return (
    ran && {
      ...ran,
      outputs: ran.outputs.filter(({ data }) => {
        const isPicture = Object.keys(data ?? {}).some(mime =>
          mime.startsWith('image/')
        );
        return !isPicture || left-- <= 0;
      })
    }
  );
}

/** Lines of both texts: signs and colour tell whose they are, elements tell it to screen readers. */
function diffNode(
  lines: readonly wire.DiffLine[],
  label: string,
  { trans }: ICompareHost
): HTMLElement {
  const node = element('pre', 'jp-PatinaCompared-diff');
  node.tabIndex = 0;
  node.setAttribute('role', 'region');
  node.setAttribute('aria-label', label);
  node.append(...lines.map(line => lineNode(line, trans)));
  return node;
}

function lineNode(
  { kind, text }: wire.DiffLine,
  trans: TranslationBundle
): HTMLElement {
  switch (kind) {
    case 'left':
      return element('del', 'jp-PatinaCompared-left', `− ${text}\n`);
    case 'right':
      return element('ins', 'jp-PatinaCompared-right', `+ ${text}\n`);
    case 'gap':
      return element(
        'span',
        'jp-PatinaCompared-gap',
        `${trans.__('⋯ %1 lines that are the same', text)}\n`
      );
    case 'same':
      return element('span', '', `  ${text}\n`);
  }
}
