import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { type ISignal, Signal } from '@lumino/signaling';
import type { GroupBy } from '../../model/arrangement';
import type { TimelinePosition } from './body';

export type FollowMode = 'atBottom' | 'always' | 'never';

/** What a person chose in the settings editor, with the schema's defaults until it is known. */
export class NotebookSettings {
  get timelinePosition(): TimelinePosition {
    return this._get('timelinePosition', 'right');
  }

  get follow(): FollowMode {
    return this._get('follow', 'atBottom');
  }

  get groupBy(): GroupBy {
    return this._get('groupBy', 'time');
  }

  get foldReruns(): boolean {
    return this._get('foldReruns', true);
  }

  get renderedOutputs(): number {
    return this._get('renderedOutputs', 200);
  }

  get maxOutputBytes(): number {
    return this._get('maxOutputBytes', 1_000_000);
  }

  get showHints(): boolean {
    return this._get('showHints', true);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Follow these settings. */
  use(settings: ISettingRegistry.ISettings): void {
    this._settings = settings;
    settings.changed.connect(() => this._changed.emit());
    this._changed.emit();
  }

  /** Remember where the timeline is, for this and the next notebooks. */
  async setTimelinePosition(position: TimelinePosition): Promise<void> {
    await this._settings?.set('timelinePosition', position);
  }

  private _get<T>(key: string, fallback: T): T {
    return (this._settings?.composite[key] as T | undefined) ?? fallback;
  }

  private _settings: ISettingRegistry.ISettings | null = null;
  private readonly _changed = new Signal<this, void>(this);
}
