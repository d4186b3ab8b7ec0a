import type { IRunView } from '../tokens';
import type * as wire from '../wire';

/** An output cell whose cell waits for an answer. */
export interface IAskingCell extends wire.OutputCell {
  readonly input_request: wire.InputRequest;
}

/** The output cell of a run that waits for an answer; null when none does. */
export function askingCell(view: IRunView): IAskingCell | null {
  const { run, seqs } = view;
  // What runs is before what waits; a queue may have thousands, which are not looked at.
  const seq = seqs[seqs.length - 1 - run.queue.length];
  const cell = run.status === 'busy' ? view.cell(seq) : undefined;
  return cell && isAsking(cell) ? cell : null;
}

/** Whether the cell of an output cell waits for an answer. */
export function isAsking(cell: wire.OutputCell): cell is IAskingCell {
  return cell.status === 'running' && cell.input_request !== undefined;
}
