import {
  type IRenderMime,
  type IRenderMimeRegistry,
  MimeModel
} from '@jupyterlab/rendermime';
import type { PartialJSONObject } from '@lumino/coreutils';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { element } from '../timeline/element';

/** How large the lens is; see compare.css. */
const WIDTH = 72;
const HEIGHT = 54;

/**
 * A plot that only the page can draw, small: drawn as large as an output is, by the renderer that
 * draws outputs, and shown through a lens. Nothing in it can be reached.
 */
export class PlotThumbnail {
  constructor(
    private readonly _rendermime: IRenderMimeRegistry,
    private readonly _mime: string
  ) {
    this.node.ariaHidden = 'true';
    this.node.inert = true;
    this.node.append(this._canvas);
  }

  readonly node = element('span', 'jp-PatinaFound-plot', '📈');

  /** Whether a renderer is there that may draw what nobody has said to trust. */
  static canDraw(rendermime: IRenderMimeRegistry, mime: string): boolean {
    return rendermime.preferredMimeType({ [mime]: '' }, 'ensure') === mime;
  }

  async draw(content: unknown): Promise<void> {
    const renderer = this._rendermime.createRenderer(this._mime);
    this._renderer = renderer;
    const data = { [this._mime]: content } as PartialJSONObject;
    // Renderers that need to know how large they are have to be told that they are in the page.
    MessageLoop.sendMessage(renderer, Widget.Msg.BeforeAttach);
    this._canvas.append(renderer.node);
    MessageLoop.sendMessage(renderer, Widget.Msg.AfterAttach);
    await renderer.renderModel(new MimeModel({ data, trusted: false }));
    this._fit(renderer.node);
    this.node.firstChild?.remove();
    this.node.classList.add('jp-mod-drawn');
  }

  /** Bring what was drawn into the lens, all of it, and no larger than it is. */
  private _fit(node: HTMLElement): void {
    const drawn = node.querySelector('canvas, svg') ?? node;
    const { left, top, width, height } = drawn.getBoundingClientRect();
    const from = this._canvas.getBoundingClientRect();
    const scale = Math.min(WIDTH / width, HEIGHT / height, 1);
    const x = (WIDTH / scale - width) / 2 - (left - from.left);
    const y = (HEIGHT / scale - height) / 2 - (top - from.top);
    this._canvas.style.transform = `scale(${scale}) translate(${x}px, ${y}px)`;
  }

  /** The list may have let go of its element already, which Lumino takes for an error. */
  dispose(): void {
    const renderer = this._renderer;
    if (renderer && !renderer.isDisposed) {
      MessageLoop.sendMessage(renderer, Widget.Msg.BeforeDetach);
      renderer.node.remove();
      MessageLoop.sendMessage(renderer, Widget.Msg.AfterDetach);
      renderer.dispose();
    }
  }

  private readonly _canvas = element('span', 'jp-PatinaFound-canvas');
  private _renderer: IRenderMime.IRenderer | null = null;
}
