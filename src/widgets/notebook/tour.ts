import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { button, element } from '../timeline/element';
import type { ITourStep } from './toursteps';

/** How far the card stays from what it points at and from the edges, in CSS pixels. */
const GAP = 8;

/** A card that goes from one part of the page to the next, and says what each is for. */
export class Tour extends Widget {
  constructor(
    steps: readonly ITourStep[],
    private readonly _trans: TranslationBundle,
    /** Take the focus where what had it before is gone. */
    private readonly _takeFocus: () => void
  ) {
    super();
    this._steps = steps.filter(step => targetOf(step));
    this.addClass('jp-PatinaTour');
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', this._trans.__('Tour'));
    this.node.tabIndex = -1;
    this._text.setAttribute('aria-live', 'polite');
    const foot = element('div', 'jp-PatinaTour-foot');
    foot.append(this._place, this._back, this._next, this._close);
    this.node.append(this._text, foot);
    this.node.addEventListener('keydown', this._onKey);
  }

  /** Show the first step; where the focus was, it is again at the end. */
  start(): void {
    this._before = document.activeElement as HTMLElement | null;
    document.body.append(this._frame);
    Widget.attach(this, document.body);
    window.addEventListener('resize', this._onWindow);
    this._show(0);
    this._next.focus();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    window.removeEventListener('resize', this._onWindow);
    this._frame.remove();
    super.dispose();
    if (this._before && canTakeFocus(this._before)) {
      this._before.focus();
    } else {
      this._takeFocus();
    }
  }

  private _show(index: number): void {
    if (index >= this._steps.length) {
      this.dispose();
      return;
    }
    const trans = this._trans;
    const { title, text } = this._steps[index];
    const isLast = index === this._steps.length - 1;
    this._index = index;
    this._text.replaceChildren(
      element('h2', 'jp-PatinaTour-title', title),
      element('p', '', text)
    );
    this._place.textContent = trans.__(
      '%1 of %2',
      index + 1,
      this._steps.length
    );
    this._back.textContent = trans.__('Back');
    this._back.disabled = index === 0;
    this._next.textContent = isLast ? trans.__('Done') : trans.__('Next');
    this._close.textContent = trans.__('Close');
    this._close.hidden = isLast;
    this._point();
  }

  /** Stand below what is pointed at, else above it, else in it. */
  private _point(): void {
    const target = targetOf(this._steps[this._index]);
    if (!target) {
      return;
    }
    const { left, top, bottom, width, height } = target.getBoundingClientRect();
    Object.assign(this._frame.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      height: `${height}px`
    });
    const card = this.node.getBoundingClientRect();
    const below = bottom + GAP;
    const above = top - GAP - card.height;
    const isBelow = below + card.height <= window.innerHeight;
    const y = isBelow ? below : above;
    const middle = top + (height - card.height) / 2;
    const x = left + (width - card.width) / 2;
    Object.assign(this.node.style, {
      left: `${within(x, window.innerWidth - card.width)}px`,
      top: `${within(y < GAP ? middle : y, window.innerHeight - card.height)}px`
    });
  }

  private readonly _onWindow = (): void => this._point();

  private readonly _onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.dispose();
    }
  };

  private _index = 0;
  private _before: HTMLElement | null = null;
  private readonly _steps: readonly ITourStep[];
  private readonly _frame = element('div', 'jp-PatinaTour-frame');
  private readonly _text = element('div', 'jp-PatinaTour-text');
  private readonly _place = element('span', 'jp-PatinaTour-place');
  private readonly _back = button('jp-PatinaButton', '', () =>
    this._show(this._index - 1)
  );
  private readonly _next = button('jp-PatinaButton', '', () =>
    this._show(this._index + 1)
  );
  private readonly _close = button('jp-PatinaButton', '', () => this.dispose());
}

/** What a step points at, if it can be seen. */
function targetOf({ target }: ITourStep): Element | null {
  const found = document.querySelector(target);
  return found && found.getClientRects().length > 0 ? found : null;
}

function canTakeFocus(node: HTMLElement): boolean {
  return node !== document.body && node.getClientRects().length > 0;
}

function within(place: number, most: number): number {
  return Math.max(GAP, Math.min(place, most - GAP));
}
