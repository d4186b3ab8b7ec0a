import type * as nbformat from '@jupyterlab/nbformat';
import type { IOutputAreaModel } from '@jupyterlab/outputarea';
import type { IDisposable } from '@lumino/disposable';
import type * as wire from '../../wire';
import type { ILoadOptions, OutputLoader } from './loader';

/** One output that is shown: the manifest it was loaded from, and whether that is the latest. */
interface ISlot {
  readonly id: string;
  readonly type: wire.OutputType;
  /** The manifest that was asked for last. */
  wanted: wire.Manifest | null;
  /** Counts what was asked for; an older answer never replaces a younger one. */
  asked: number;
  shown: number;
}

/**
 * Brings JupyterLab's model of an output area in step with the manifests of an output cell.
 *
 * Outputs are known by their stable id: one that did not change is left alone, a stream that
 * grew gets only what is new.
 */
export class OutputSync implements IDisposable {
  constructor(
    private readonly _model: IOutputAreaModel,
    private readonly _loader: Pick<OutputLoader, 'load'>,
    private readonly _onError: (error: unknown) => void
  ) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
  }

  /** Show these outputs. `options` that differ from before load all of them again. */
  show(outputs: readonly wire.Manifest[], options: ILoadOptions): void {
    if (!sameOptions(options, this._options)) {
      this._slots.forEach(slot => (slot.wanted = null));
      this._options = options;
    }
    this._truncate(this._agreeing(outputs));
    outputs.forEach((manifest, index) => this._want(index, manifest));
  }

  /** Show nothing; what is shown next is loaded anew. */
  clear(): void {
    this._truncate(0);
  }

  /** How many outputs from the first on are the same ones as before. */
  private _agreeing(outputs: readonly wire.Manifest[]): number {
    const index = this._slots.findIndex(
      (slot, index) =>
        slot.id !== outputs[index]?.id || slot.type !== outputs[index].type
    );
    return index < 0 ? this._slots.length : index;
  }

  private _truncate(length: number): void {
    this._slots.length = length;
    if (length === 0 && this._model.length > 0) {
      this._model.clear();
    }
    while (this._model.length > length) {
      this._model.remove(this._model.length - 1);
    }
  }

  private _want(index: number, manifest: wire.Manifest): void {
    const known = this._slots[index];
    if (known?.wanted && sameOutput(known.wanted, manifest)) {
      return;
    }
    const loaded = this._loader.load(manifest, this._options);
    const slot = known ?? this._open(index, manifest, loaded);
    slot.wanted = manifest;
    const asked = ++slot.asked;
    if (loaded instanceof Promise) {
      loaded.then(
        output => this._put(slot, asked, output),
        (error: unknown) => this._failed(slot, asked, error)
      );
    } else if (known) {
      this._put(slot, asked, loaded);
    }
  }

  /** A place in the model, empty for an output that has still to be fetched. */
  private _open(
    index: number,
    { id, type, name }: wire.Manifest,
    loaded: nbformat.IOutput | Promise<nbformat.IOutput>
  ): ISlot {
    this._model.add(loaded instanceof Promise ? empty(type, name) : loaded);
    return (this._slots[index] = {
      id,
      type,
      wanted: null,
      asked: 0,
      shown: 0
    });
  }

  private _put(slot: ISlot, asked: number, output: nbformat.IOutput): void {
    const index = this._slots.indexOf(slot);
    if (this._isDisposed || index < 0 || asked < slot.shown) {
      return;
    }
    slot.shown = asked;
    if (slot.type === 'stream') {
      this._putText(index, output.text as string);
    } else {
      this._model.set(index, output);
    }
  }

  private _putText(index: number, text: string): void {
    const shown = this._model.get(index).streamText;
    if (!shown || shown.text === text) {
      return;
    }
    if (text.startsWith(shown.text)) {
      shown.insert(shown.text.length, text.slice(shown.text.length));
    } else {
      shown.text = text;
    }
  }

  private _failed(slot: ISlot, asked: number, error: unknown): void {
    if (slot.asked === asked) {
      // Not what is wanted any more, so that the next look at the cell tries again.
      slot.wanted = null;
    }
    if (!this._isDisposed) {
      this._onError(error);
    }
  }

  private readonly _slots: ISlot[] = [];
  private _options: ILoadOptions = { isTrusted: false, maxBytes: 0 };
  private _isDisposed = false;
}

function empty(type: wire.OutputType, name?: string): nbformat.IOutput {
  return type === 'stream'
    ? {
        output_type: 'stream',
        name: name === 'stderr' ? 'stderr' : 'stdout',
        text: ''
      }
    : { output_type: 'display_data', data: {}, metadata: {} };
}

/** Whole output cells are overwritten in the document; most of their outputs are as they were. */
function sameOutput(a: wire.Manifest, b: wire.Manifest): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function sameOptions(a: ILoadOptions, b: ILoadOptions): boolean {
  return a.isTrusted === b.isTrusted && a.maxBytes === b.maxBytes;
}
