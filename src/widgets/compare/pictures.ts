import type { TranslationBundle } from '@jupyterlab/translation';
import { type IPicturePair, pictureType } from '../../model/comparison';
import type * as wire from '../../wire';
import type { OutputLoader } from '../timeline/loader';
import { button, element } from '../timeline/element';

type Mode = 'side' | 'blend' | 'difference';

/** Two pictures: side by side, one through the other, or only where they differ. */
export class Pictures {
  constructor(
    private readonly _pair: IPicturePair,
    private readonly _titles: readonly [string, string],
    private readonly _loader: OutputLoader,
    private readonly _trans: TranslationBundle
  ) {
    this.node.append(this._bar(), this._frame, this._note);
    this._note.setAttribute('role', 'status');
    this._frame.append(
      this._figure(this._titles[0], this._left),
      this._figure(this._titles[1], this._right)
    );
    this._show('side');
    void this._load();
  }

  readonly node = element('div', 'jp-PatinaPictures');

  private _bar(): HTMLElement {
    const trans = this._trans;
    const bar = element('div', 'jp-PatinaPictures-bar');
    bar.setAttribute('role', 'group');
    bar.setAttribute('aria-label', trans.__('How the pictures are shown'));
    const modes: [Mode, string][] = [
      ['side', trans.__('Side by side')],
      ['blend', trans.__('Blended')],
      ['difference', trans.__('Only the difference')]
    ];
    for (const [mode, label] of modes) {
      const node = button('jp-PatinaButton', label, () => this._show(mode));
      node.dataset.mode = mode;
      bar.append(node);
    }
    this._share.type = 'range';
    this._share.value = '50';
    this._share.setAttribute(
      'aria-label',
      trans.__('Share of %1 in percent', this._titles[1])
    );
    this._share.oninput = () => this._blend();
    bar.append(this._share);
    return bar;
  }

  private _figure(title: string, image: HTMLImageElement): HTMLElement {
    const figure = element('figure', 'jp-PatinaPictures-figure');
    image.alt = this._trans.__('Picture of %1', title);
    figure.append(image, element('figcaption', '', title));
    return figure;
  }

  private _show(mode: Mode): void {
    this.node.dataset.mode = mode;
    this._share.hidden = mode !== 'blend';
    for (const node of this.node.querySelectorAll<HTMLElement>('[data-mode]')) {
      node.setAttribute('aria-pressed', String(node.dataset.mode === mode));
    }
    this._blend();
  }

  private _blend(): void {
    const isBlended = this.node.dataset.mode === 'blend';
    this._right.style.opacity = isBlended
      ? String(Number(this._share.value) / 100)
      : '';
  }

  private async _load(): Promise<void> {
    try {
      const { left, right } = this._pair;
      [this._left.src, this._right.src] = await Promise.all([
        this._url(left),
        this._url(right)
      ]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this._note.textContent = this._trans.__(
        'A picture could not be loaded: %1',
        reason
      );
    }
  }

  private async _url(manifest: wire.Manifest): Promise<string> {
    const mime = pictureType(manifest) ?? '';
    return this._loader.pictureUrl(mime, manifest.data?.[mime]);
  }

  private readonly _left = element('img', '');
  private readonly _right = element('img', '');
  private readonly _share = element('input', 'jp-PatinaPictures-share');
  private readonly _frame = element('div', 'jp-PatinaPictures-frame');
  private readonly _note = element('p', 'jp-PatinaPictures-note');
}
