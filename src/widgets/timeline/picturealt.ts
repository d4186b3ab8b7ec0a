import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { PICTURES } from '../../model/comparison';

/**
 * Give the pictures that this registry renders a text for those who do not see them: what the
 * kernel says of them as text. JupyterLab's own renderer leaves them without any.
 */
export function describePictures(
  rendermime: IRenderMimeRegistry,
  trans: TranslationBundle
): void {
  for (const mime of PICTURES) {
    const factory = rendermime.getFactory(mime);
    if (factory) {
      rendermime.addFactory(
        {
          ...factory,
          createRenderer: options =>
            described(factory.createRenderer(options), trans)
        },
        rendermime.getRank(mime)
      );
    }
  }
}

function described(
  renderer: IRenderMime.IRenderer,
  trans: TranslationBundle
): IRenderMime.IRenderer {
  const render = renderer.renderModel.bind(renderer);
  renderer.renderModel = async model => {
    await render(model);
    for (const image of renderer.node.querySelectorAll('img:not([alt])')) {
      image.setAttribute('alt', textOf(model) || trans.__('Picture'));
    }
  };
  return renderer;
}

function textOf({ data }: IRenderMime.IMimeModel): string {
  const text = data['text/plain'];
  const whole = Array.isArray(text) ? text.join('') : text;
  return typeof whole === 'string' ? whole.replace(/^<|>$/g, '').trim() : '';
}
