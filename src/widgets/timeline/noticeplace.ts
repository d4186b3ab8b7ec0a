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
    this._switch = new HalfSwitch(_panel.content.halves, trans);
    this._panel.content.halves.inViewChanged.connect(this._place, this);
    this._place();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._panel.content.halves.inViewChanged.disconnect(this._place, this);
    this._switch.dispose();
  }

  private _place(): void {
    const { content, contentHeader } = this._panel;
    const { view } = content.halves;
    const { notice } = this._pane;
    this._panel.toggleClass('jp-mod-lowPatina', view.isLow);
    if (view.hasRoomForOne) {
      contentHeader.addWidget(this._switch);
    } else {
      this._switch.parent = null;
    }
    if (notice.isApart === view.isTimelineInView) {
      notice.isApart = !view.isTimelineInView;
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
