import type {
  Cell,
  CodeCell,
  ICellFooter,
  MarkdownCell,
  RawCell
} from '@jupyterlab/cells';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { Notebook } from '@jupyterlab/notebook';
import { RenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { RunStrip } from './runstrip';
import type { RunStrips } from './runstrips';

/**
 * What renders the outputs that a shared source may hold: nothing.
 *
 * The timeline shows outputs, which the server alone writes. Any client can write some into the
 * source, with a mark of trust, and JupyterLab would run their scripts, out of sight.
 */
const NO_OUTPUTS = new RenderMimeRegistry();

/**
 * Makes the parts of the source side: JupyterLab's own, with a run strip as each cell's footer,
 * and with the names and roles that a screen reader needs and JupyterLab's cells lack.
 */
export class SourceContentFactory extends Notebook.ContentFactory {
  constructor(
    { editorFactory }: Notebook.ContentFactory.IOptions,
    private readonly _strips: RunStrips,
    trans: TranslationBundle
  ) {
    super({
      editorFactory: named(editorFactory, trans.__('Source of the cell'))
    });
    this._trans = trans;
  }

  override createCellFooter(): ICellFooter {
    return new RunStrip(this._strips, this._trans);
  }

  override createCodeCell(options: CodeCell.IOptions): CodeCell {
    return asArticle(
      super.createCodeCell({ ...options, rendermime: NO_OUTPUTS })
    );
  }

  override createMarkdownCell(options: MarkdownCell.IOptions): MarkdownCell {
    return asArticle(super.createMarkdownCell(options));
  }

  override createRawCell(options: RawCell.IOptions): RawCell {
    return asArticle(super.createRawCell(options));
  }

  private readonly _trans: TranslationBundle;
}

/** JupyterLab shows its cells as a feed; the items of a feed are articles. */
function asArticle<T extends Cell>(cell: T): T {
  cell.node.setAttribute('role', 'article');
  return cell;
}

/** Editors of which a screen reader says what they are. */
function named(create: CodeEditor.Factory, name: string): CodeEditor.Factory {
  return options => {
    const editor = create(options);
    editor.host
      .querySelector('[role="textbox"]')
      ?.setAttribute('aria-label', name);
    return editor;
  };
}
