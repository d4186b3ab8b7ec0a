import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { type ISignal, Signal } from '@lumino/signaling';
import type { GroupBy } from '../../model/arrangement';
import type { GlobalsKind, GlobalsSort } from '../../model/globals';
import type { KeepOutputs } from '../../model/outputslimit';
import type * as wire from '../../wire';
import type { TimelinePosition } from '../../model/halves';

export type OnClose = 'keep' | 'stop';
type OnServerStop = wire.OnServerStop | 'server';
export type GlobalsUpdate = 'afterCell' | 'manual';
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

  /** How many output cells of a run are kept. */
  get keepOutputs(): KeepOutputs {
    return this._get<KeepOutputs>('keepOutputs', 'all');
  }

  get maxOutputBytes(): number {
    return this._get('maxOutputBytes', 1_000_000);
  }

  /** How runs are started: the states they keep, a crash, the server's end, variables. */
  get newRun(): wire.NewRun {
    const onServerStop = this._get<OnServerStop>('onServerStop', 'server');
    return {
      checkpoints: this._get<wire.NewRun['checkpoints']>('checkpoints', 'auto'),
      on_crash: this._get<wire.OnCrash>('onCrash', 'ask'),
      globals_timeout_ms: this._get('globals.timeoutMs', 200),
      ...(onServerStop === 'server' ? {} : { on_server_stop: onServerStop })
    };
  }

  /** With more live runs than this a person is warned. */
  get maxLiveRuns(): number {
    return this._get('maxLiveRuns', 8);
  }

  /** What becomes of the kernels when a notebook is closed. */
  get onClose(): OnClose {
    return this._get<OnClose>('onClose', 'keep');
  }

  get globalsUpdate(): GlobalsUpdate {
    return this._get<GlobalsUpdate>('globals.update', 'afterCell');
  }

  /** The kinds of variables whose group is closed at first. */
  get hiddenKinds(): readonly GlobalsKind[] {
    return this._get<GlobalsKind[]>('globals.hiddenKinds', [
      'module',
      'function',
      'class',
      'private'
    ]);
  }

  get globalsSort(): GlobalsSort {
    return this._get<GlobalsSort>('globals.sort', 'changed');
  }

  /** Whether what changed a moment ago is highlighted. */
  get highlight(): boolean {
    return this._get('globals.highlight', true);
  }

  /** Whether a comparison begins with what differs only. */
  get onlyDifferences(): boolean {
    return this._get('compare.onlyDifferences', true);
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

  private _get<T>(key: string, fallback: T): T {
    return (this._settings?.composite[key] as T | undefined) ?? fallback;
  }

  private _settings: ISettingRegistry.ISettings | null = null;
  private readonly _changed = new Signal<this, void>(this);
}
