import type { IDisposable } from '@lumino/disposable';
import type * as wire from '../../wire';
import { element } from '../timeline/element';
import type { OutputLoader } from '../timeline/loader';

/** Small pictures of outputs; a picture is fetched when it comes into view. */
export class Thumbnails implements IDisposable {
  constructor(private readonly _loader: OutputLoader) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Give an element a thumbnail; of a plot that only the page can draw, a sign. */
  fill(node: HTMLElement, thumbnail: wire.Thumbnail | undefined): void {
    if (!thumbnail) {
      return;
    }
    if (!thumbnail.value) {
      const sign = element('span', 'jp-PatinaFound-plot', '📈');
      sign.title = thumbnail.mime;
      sign.ariaHidden = 'true';
      node.append(sign);
      return;
    }
    const image = element('img', 'jp-PatinaFound-picture');
    image.alt = '';
    this._waiting.set(image, thumbnail);
    this._observer.observe(image);
    node.append(image);
  }

  dispose(): void {
    this._isDisposed = true;
    this._observer.disconnect();
  }

  private async _load(image: HTMLImageElement): Promise<void> {
    const thumbnail = this._waiting.get(image);
    this._observer.unobserve(image);
    try {
      const { mime = '', value } = thumbnail ?? {};
      image.src = await this._loader.pictureUrl(mime, value);
    } catch {
      // The output itself says what is wrong with it.
      image.remove();
    }
  }

  private readonly _waiting = new WeakMap<HTMLImageElement, wire.Thumbnail>();
  private readonly _observer = new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        void this._load(target as HTMLImageElement);
      }
    }
  });
  private _isDisposed = false;
}
