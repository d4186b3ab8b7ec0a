import type * as wire from '../../wire';
import type { IHeaderContext } from './articleheader';
import type { IForkHost, IForkPlace } from './forkplace';
import type { IArticleHost } from './outputarticle';

/** What can be done with an output cell of any run; the run has to be named. */
export interface IHistoryHost extends IForkHost {
  /** Pin an output cell, or no longer. */
  pin(place: IForkPlace): void;
}

/** What the owner of articles knows of their output cells: it has those of one run. */
export interface IArticleOwner {
  run(): string;
  context(cell: wire.OutputCell): IHeaderContext;
  /** The output cell of the same cell of the source before this one. */
  previous(cell: wire.OutputCell): wire.OutputCell | null;
  /** Go to an older (-1) or newer (1) output cell of the same cell of the source. */
  step(cell: wire.OutputCell, by: -1 | 1): void;
}

/** What an owner adds to the host that it has itself. */
type Added = Pick<
  IArticleHost,
  'context' | 'previous' | 'step' | 'forkAfter' | 'togglePin'
>;

/** The host of the articles of an owner: the owner's own host, with what only the owner knows. */
export function articleHost<T extends IHistoryHost>(
  host: T,
  owner: IArticleOwner
): T & Added {
  const place = (cell: wire.OutputCell) => ({ run: owner.run(), cell });
  const added: Added = {
    context: cell => owner.context(cell),
    previous: cell => owner.previous(cell),
    step: (cell, by) => owner.step(cell, by),
    forkAfter: cell => host.fork(place(cell)),
    togglePin: cell => host.pin(place(cell))
  };
  return Object.assign(Object.create(host) as T, added);
}
