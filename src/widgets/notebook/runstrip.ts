import type { Cell, ICellFooter } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { markText } from '../../model/cellwords';
import { formatDuration } from '../../model/duration';
import { durationText, type IStripState, NOTHING_RAN } from '../../model/strip';
import type { IStrip, RunStrips } from './runstrips';

/** The line under a cell: what running it came to in the shown run. */
export class RunStrip extends Widget implements ICellFooter, IStrip {
  constructor(
    private readonly _strips: RunStrips,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-PatinaStrip');
    this._output.type = 'button';
    this._output.onclick = () => this._strips.reveal(this.cellId);
    this.node.append(this._status, this._output, this._duration, this._counts);
    this.render(NOTHING_RAN);
  }

  get cellId(): string {
    return (this.parent as Cell | null)?.model?.id ?? '';
  }

  get isTicking(): boolean {
    return this._state.since !== null;
  }

  render(state: IStripState): void {
    this._state = state;
    this.node.dataset.status = state.status;
    this.node.dataset.mark = state.mark ?? 'none';
    this._status.textContent =
      state.mark === null
        ? this._statusText(state.status)
        : markText(state.mark, this._trans);
    this._output.hidden = state.seq === null;
    this._output.textContent = state.seq === null ? '' : `#${state.seq}`;
    this._output.setAttribute(
      'aria-label',
      this._trans.__('Go to output %1', state.seq ?? 0)
    );
    this._counts.textContent = this._countsText(state.counts);
    this.tick(Date.now());
  }

  tick(now: number): void {
    this._duration.textContent = this._durationText(now);
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._strips.add(this);
  }

  protected override onBeforeDetach(msg: Message): void {
    this._strips.remove(this);
    super.onBeforeDetach(msg);
  }

  private _statusText(status: IStripState['status']): string {
    const trans = this._trans;
    switch (status) {
      case 'none':
        return '';
      case 'asked':
      case 'queued':
        return trans.__('… queued');
      case 'running':
        return trans.__('◐ running');
      case 'asking':
        return trans.__('? asks for input');
      case 'succeeded':
        return trans.__('✓ succeeded');
      case 'failed':
        return trans.__('✗ failed');
      case 'interrupted':
        return trans.__('■ interrupted');
      case 'undone':
        return trans.__('⤺ undone');
      case 'not run':
        return trans.__('– not run');
    }
  }

  private _durationText(now: number): string {
    const duration = durationText(this._state, now);
    const { previousMs } = this._state;
    return previousMs === null
      ? duration
      : this._trans.__('%1, previous %2', duration, formatDuration(previousMs));
  }

  /** Said only where it tells something: with more than one output of the cell. */
  private _countsText(counts: IStripState['counts']): string {
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    return total > 1
      ? counts.map(({ title, count }) => `${title}: ${count}`).join(' · ')
      : '';
  }

  private _state = NOTHING_RAN;
  private readonly _status = part('span', 'jp-PatinaStrip-status');
  private readonly _output = part('button', 'jp-PatinaStrip-output');
  private readonly _duration = part('span', 'jp-PatinaStrip-duration');
  private readonly _counts = part('span', 'jp-PatinaStrip-counts');
}

function part<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}
