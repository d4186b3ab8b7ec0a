import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IDisposable } from '@lumino/disposable';
import type * as wire from '../../wire';
import { element } from '../timeline/element';
import type { OutputLoader } from '../timeline/loader';
import { PlotThumbnail } from './plotthumbnail';

/** Small pictures of outputs, and plots drawn small; each is fetched when it comes into view. */
export class Thumbnails implements IDisposable {
  constructor(
    private readonly _loader: OutputLoader,
    private readonly _rendermime: IRenderMimeRegistry
  ) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Give an element a thumbnail. `plot` finds what a plot that the page draws is drawn from. */
  fill(
    node: HTMLElement,
    thumbnail: wire.Thumbnail | undefined,
    plot: (mime: string) => wire.MimeValue | undefined
  ): void {
    if (!thumbnail) {
      return;
    }
    const { mime, value } = thumbnail;
    if (value) {
      const image = element('img', 'jp-PatinaFound-picture');
      image.alt = '';
      this._add(node, image, () => this._showPicture(image, mime, value));
      return;
    }
    const drawn = new PlotThumbnail(this._rendermime, mime);
    drawn.node.title = mime;
    const source = plot(mime);
    if (source && PlotThumbnail.canDraw(this._rendermime, mime)) {
      this._plots.add(drawn);
      this._add(node, drawn.node, () => this._drawPlot(drawn, mime, source));
    } else {
      node.append(drawn.node);
    }
  }

  dispose(): void {
    this._isDisposed = true;
    this._observer.disconnect();
    this._plots.forEach(plot => plot.dispose());
    this._plots.clear();
  }

  private _add(
    node: HTMLElement,
    picture: HTMLElement,
    load: () => Promise<void>
  ): void {
    node.append(picture);
    this._waiting.set(picture, load);
    this._observer.observe(picture);
  }

  private async _showPicture(
    image: HTMLImageElement,
    mime: string,
    value: wire.MimeValue
  ): Promise<void> {
    try {
      image.src = await this._loader.pictureUrl(mime, value);
    } catch {
      // The output itself says what is wrong with it.
      image.remove();
    }
  }

  private async _drawPlot(
    plot: PlotThumbnail,
    mime: string,
    source: wire.MimeValue
  ): Promise<void> {
    try {
      const content = await this._loader.content(mime, source);
      if (this._plots.has(plot)) {
        await plot.draw(content);
      }
    } catch {
      // As above: here the sign of a plot stays.
      plot.dispose();
    }
  }

  private readonly _plots = new Set<PlotThumbnail>();
  private readonly _waiting = new WeakMap<Element, () => Promise<void>>();
  private readonly _observer = new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        this._observer.unobserve(target);
        void this._waiting.get(target)?.();
      }
    }
  });
  private _isDisposed = false;
}
