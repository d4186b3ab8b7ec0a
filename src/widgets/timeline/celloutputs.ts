import { OutputArea, OutputAreaModel } from '@jupyterlab/outputarea';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IDisposable } from '@lumino/disposable';
import type * as wire from '../../wire';
import { contain } from './containment';
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
    contain(this.area.node, () => this._model.trusted);
    this._sync = new OutputSync(this._model, loader, onError);
  }

  readonly area: OutputArea;

  get isDisposed(): boolean {
    return this.area.isDisposed;
  }

  show(outputs: readonly wire.Manifest[], options: ILoadOptions): void {
    const isTrusted = options.isTrusted && outputs.some(isActive);
    if (this._model.trusted !== isTrusted) {
      // Trusting in place would give each stream a new text, whose growth nobody shows.
      this._sync.clear();
      this._model.trusted = isTrusted;
    }
    this._sync.show(outputs, { ...options, isTrusted });
  }

  dispose(): void {
    this._sync.dispose();
    this.area.dispose();
    this._model.dispose();
  }

  private readonly _model = new SeparateOutputs();
  private readonly _sync: OutputSync;
}

/** What looks the same whether it is trusted or not. */
const PASSIVE = new Set(['text/plain', 'image/png', 'image/jpeg', 'image/gif']);

/** Whether trust makes a difference; where it makes none, nothing is rendered a second time. */
function isActive({ data }: wire.Manifest): boolean {
  return Object.keys(data ?? {}).some(mime => !PASSIVE.has(mime));
}
