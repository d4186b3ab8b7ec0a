import type { Unable } from '../../model/abilities';
import type * as wire from '../../wire';

/** An output cell, and the run that it belongs to. */
export interface IForkPlace {
  readonly run: string;
  readonly cell: wire.OutputCell;
}

/** Forks runs with the state that they had after an output cell. */
export interface IForkHost {
  /** Why no fork can start there. */
  unableToFork(place: IForkPlace): Unable;
  fork(place: IForkPlace): void;
}
