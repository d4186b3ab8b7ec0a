import { OutputArea, OutputAreaModel } from '@jupyterlab/outputarea';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IDisposable } from '@lumino/disposable';
import type * as wire from '../../wire';
import type { ILoadOptions, OutputLoader } from './loader';
import { OutputSync } from './outputsync';

/** The server has put together what belongs together: each output keeps its place. */
class SeparateOutputs extends OutputAreaModel {
  protected override shouldCombine(): boolean {
    return false;
  }
}

/** The outputs of one output cell, as JupyterLab renders them. */
export class CellOutputs implements IDisposable {
  constructor(
    rendermime: IRenderMimeRegistry,
    loader: OutputLoader,
    onError: (error: unknown) => void
  ) {
    this.area = new OutputArea({
      model: this._model,
      rendermime,
      contentFactory: OutputArea.defaultContentFactory
    });
    this._sync = new OutputSync(this._model, loader, onError);
  }

  readonly area: OutputArea;

  get isDisposed(): boolean {
    return this.area.isDisposed;
  }

  show(outputs: readonly wire.Manifest[], options: ILoadOptions): void {
    if (this._model.trusted !== options.isTrusted) {
      // Trusting in place would give each stream a new text, whose growth nobody shows.
      this._sync.clear();
      this._model.trusted = options.isTrusted;
    }
    this._sync.show(outputs, options);
  }

  dispose(): void {
    this._sync.dispose();
    this.area.dispose();
    this._model.dispose();
  }

  private readonly _model = new SeparateOutputs();
  private readonly _sync: OutputSync;
}
