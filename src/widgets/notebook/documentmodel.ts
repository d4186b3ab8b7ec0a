import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { NotebookModel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { ISharedNotebook } from '@jupyter/ydoc';
import { YTsnb } from '../../model/source';

/**
 * The document of a `.tsnb`, as JupyterLab's notebook widget and document manager want it.
 *
 * The text of the file is read and written by the server, through jupyter-collaboration. Without
 * that the document is read-only, and saving gives back the very text that was read.
 */
export class TsnbModel extends NotebookModel {
  constructor(
    options: DocumentRegistry.IModelOptions<ISharedNotebook>,
    readonly source = options.sharedModel instanceof YTsnb
      ? options.sharedModel
      : new YTsnb()
  ) {
    super({ ...options, sharedModel: source });
    this._ownsSource = source !== options.sharedModel;
    this.readOnly = this._ownsSource;
  }

  /** Whether the document is kept in step with the server's; if not, it cannot be edited. */
  get synchronised(): boolean {
    return !this._ownsSource;
  }

  override get readOnly(): boolean {
    return super.readOnly;
  }

  override set readOnly(isReadOnly: boolean) {
    super.readOnly = isReadOnly;
    // Not while the model is being made.
    if (this.source) {
      this.source.isReadOnly = isReadOnly && this.synchronised;
    }
  }

  override toString(): string {
    return this._text;
  }

  override fromString(text: string): void {
    this._text = text;
  }

  override dispose(): void {
    super.dispose();
    if (this._ownsSource) {
      this.source.dispose();
    }
  }

  private readonly _ownsSource: boolean;
  private _text = '';
}

/** Makes the document of each `.tsnb` that is opened. */
export class TsnbModelFactory implements DocumentRegistry.IModelFactory<
  TsnbModel,
  ISharedNotebook
> {
  readonly name = 'patina-notebook';
  /** Together these name the room, `text:tsnb:<file id>`, and the server's document class. */
  readonly contentType: Contents.ContentType = 'tsnb';
  readonly fileFormat: Contents.FileFormat = 'text';
  readonly collaborative = true;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
  }

  preferredLanguage(): string {
    return '';
  }

  createNew(
    options: DocumentRegistry.IModelOptions<ISharedNotebook> = {}
  ): TsnbModel {
    return new TsnbModel(options);
  }

  private _isDisposed = false;
}

/** What the collaboration extension calls to make the shared half of a `.tsnb`. */
export function createSharedSource(): YTsnb {
  return YTsnb.create();
}
