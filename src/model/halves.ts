/**
 * Narrower than this, in CSS pixels, source and timeline are one above the other. A window of
 * 1,280 pixels at a zoom of 400 % is 320 wide.
 */
const NARROW = 640;

/**
 * Narrow and lower than this, one above the other would leave a few lines of each: one is shown at
 * a time. The window above is 256 high, and JupyterLab's own bars take half of it.
 */
const LOW = 400;

/** Where the timeline is, seen from the source. */
export type TimelinePosition = 'right' | 'below' | 'hidden';

/** One side of a notebook. */
export type Half = 'source' | 'timeline';

/** How much room a notebook has. */
export interface IRoom {
  readonly isNarrow: boolean;
  /** Whether there is little even for one of the two. */
  readonly isLow: boolean;
}

/** What is in view, and how. */
export interface IView {
  readonly isBelow: boolean;
  readonly isLow: boolean;
  /** Whether source and timeline are shown one at a time, for want of room. */
  readonly hasRoomForOne: boolean;
  readonly isSourceInView: boolean;
  readonly isTimelineInView: boolean;
}

export function roomOf(width: number, height: number): IRoom {
  const isNarrow = width < NARROW;
  return { isNarrow, isLow: isNarrow && height < LOW };
}

/** What is in view in that room. `half`: the one that is shown where there is room for one. */
export function viewOf(
  position: TimelinePosition,
  half: Half,
  { isNarrow, isLow }: IRoom
): IView {
  const hasRoomForOne = isLow && position !== 'hidden';
  const isTimelineInView =
    position !== 'hidden' && !(hasRoomForOne && half === 'source');
  return {
    isBelow: position === 'below' || isNarrow,
    isLow,
    hasRoomForOne,
    isSourceInView: !(hasRoomForOne && isTimelineInView),
    isTimelineInView
  };
}
