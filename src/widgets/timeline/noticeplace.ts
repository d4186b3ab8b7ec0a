import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { HalfSwitch } from '../notebook/halfswitch';
import type { PatinaPanel } from '../notebook/panel';
import type { RunPanel } from './runpanel';

/**
 * What stands above a notebook because not all of it is in view: the notices of the run while its
 * timeline is not, and the switch between source and timeline where there is room for one of them.
 */
export class NoticePlace implements IDisposable {
  constructor(
    private readonly _panel: PatinaPanel,
    private readonly _pane: RunPanel,
    trans: TranslationBundle
  ) {
    this._switch = new HalfSwitch(_panel.content, trans);
    this._panel.content.inViewChanged.connect(this._place, this);
    this._place();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._panel.content.inViewChanged.disconnect(this._place, this);
    this._switch.dispose();
  }

  private _place(): void {
    const { content, contentHeader } = this._panel;
    const { notice } = this._pane;
    this._panel.toggleClass('jp-mod-lowPatina', content.isLow);
    if (content.hasRoomForOne) {
      contentHeader.addWidget(this._switch);
    } else {
      this._switch.parent = null;
    }
    if (notice.isApart === content.isTimelineInView) {
      notice.isApart = !content.isTimelineInView;
      if (notice.isApart) {
        contentHeader.addWidget(notice);
      } else {
        this._pane.takeNotice();
      }
    }
  }

  private readonly _switch: HalfSwitch;
  private _isDisposed = false;
}
