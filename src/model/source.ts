import { YNotebook } from '@jupyter/ydoc';
import type { SharedCell } from '@jupyter/ydoc';
import type * as nbformat from '@jupyterlab/nbformat';
import type { PartialJSONObject, PartialJSONValue } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';
import type * as Y from 'yjs';
import { type ISourceProblem, parseProblem } from './problem';

/** What a notebook's file says about itself, above its cells. */
export interface ISourceHeader {
  /** The notebook's own UUID; null until the document has arrived. */
  readonly id: string | null;
  /** Name of the kernelspec that its next run starts with. */
  readonly kernel: string;
  readonly language: string;
  /** Why the file could not be read; the document is then empty and never saved. */
  readonly problem: ISourceProblem | null;
}

const HEADER_KEYS = ['id', 'kernel', 'language', 'problem'];

/**
 * The source document: `YTsnb` of `patina_lab/document/ytsnb.py`, seen from the browser.
 *
 * It has the shape of JupyterLab's own notebook document, so that JupyterLab's `Notebook`
 * widget edits it. Results never enter it: the server writes them to the runs document.
 */
export class YTsnb extends YNotebook {
  constructor() {
    super({ disableDocumentWideUndoRedo: false });
    this.ymeta.observe(this._onHeader);
  }

  readonly version = '1.0.0';

  /** Whether a person may not change the cells; what the server says of them still arrives. */
  isReadOnly = false;

  static create(): YTsnb {
    return new YTsnb();
  }

  get header(): ISourceHeader {
    return {
      id: this._text('id') || null,
      kernel: this._text('kernel'),
      language: this._text('language'),
      problem: parseProblem(this._text('problem'))
    };
  }

  /** The header changed: it arrived, or a person chose another kernel. */
  get headerChanged(): ISignal<this, void> {
    return this._headerChanged;
  }

  /** Choose the kernel of the runs that start from now on. */
  setKernel(kernel: string, language: string): void {
    this.transact(() => {
      this.ymeta.set('kernel', kernel);
      this.ymeta.set('language', language);
    });
    this.dirty = true;
  }

  /**
   * The [metadata] table; for the two keys that JupyterLab keeps there, what the header says.
   * Writing those into the table would put them into the file.
   */
  override getMetadata(): nbformat.INotebookMetadata;
  override getMetadata(key: string): PartialJSONValue | undefined;
  override getMetadata(
    key?: string
  ): nbformat.INotebookMetadata | PartialJSONValue | undefined {
    switch (key) {
      case undefined:
        return super.getMetadata();
      case 'language_info':
        return { name: this._text('language') };
      case 'kernelspec':
        return { name: this._text('kernel'), display_name: '' };
      default:
        return super.getMetadata(key);
    }
  }

  override insertCells(index: number, cells: SharedCell.Cell[]) {
    if (this.isReadOnly) {
      return [];
    }
    return super.insertCells(index, cells.map(withoutResults));
  }

  override moveCells(from: number, to: number, count?: number): void {
    if (!this.isReadOnly) {
      super.moveCells(from, to, count);
    }
  }

  override deleteCellRange(from: number, to: number): void {
    if (!this.isReadOnly) {
      super.deleteCellRange(from, to);
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.ymeta.unobserve(this._onHeader);
    Signal.clearData(this);
    super.dispose();
  }

  private _text(key: string): string {
    const value: unknown = this.ymeta.get(key);
    return typeof value === 'string' ? value : '';
  }

  private readonly _onHeader = (event: Y.YMapEvent<unknown>): void => {
    if (!HEADER_KEYS.some(key => event.keysChanged.has(key))) {
      return;
    }
    this._headerChanged.emit();
    // JupyterLab's editors choose their highlighting when they hear of this key.
    this._metadataChanged.emit({
      key: 'language_info',
      type: 'change',
      newValue: this.getMetadata('language_info')
    });
  };

  private readonly _headerChanged = new Signal<this, void>(this);
}

/**
 * A cell without what a notebook keeps of its last execution: a cell copied from an `.ipynb`
 * has outputs, and a new one the mark of trust. Neither belongs into a source.
 */
function withoutResults(cell: SharedCell.Cell): SharedCell.Cell {
  const { trusted: _, ...metadata } = (cell.metadata ??
    {}) as PartialJSONObject;
  const clean = { ...cell, metadata } as SharedCell.Cell;
  return clean.cell_type === 'code'
    ? { ...clean, outputs: [], execution_count: null }
    : clean;
}
