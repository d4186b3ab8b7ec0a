/** A tenth more than is kept may wait: each time, the log of the run is written anew. */
const SLACK = 0.1;

/** How many output cells of a run are kept. */
export type KeepOutputs = 'all' | number;

/** Whether it is time to delete older output cells. */
export function isToBeFreed(count: number, keep: KeepOutputs): boolean {
  return keep !== 'all' && count > keep + Math.ceil(keep * SLACK);
}
