import { expect, test } from 'vitest';
import { roomOf, viewOf } from './halves';

const WIDE = roomOf(1_400, 300);
const NARROW = roomOf(320, 568);
const LOW = roomOf(320, 256);

test('where there is room, both are in view, and the timeline is where it was put', () => {
  for (const [position, isBelow] of [
    ['right', false],
    ['below', true]
  ] as const) {
    expect(viewOf(position, 'source', WIDE)).toEqual({
      isBelow,
      isLow: false,
      hasRoomForOne: false,
      isSourceInView: true,
      isTimelineInView: true
    });
  }
});

test('a narrow notebook has its timeline below, whatever was chosen', () => {
  const { isBelow, hasRoomForOne } = viewOf('right', 'source', NARROW);
  expect({ isBelow, hasRoomForOne }).toEqual({
    isBelow: true,
    hasRoomForOne: false
  });
});

test('a low and narrow one shows the half that was chosen', () => {
  const inView = (half: 'source' | 'timeline') => {
    const view = viewOf('right', half, LOW);
    return [view.hasRoomForOne, view.isSourceInView, view.isTimelineInView];
  };
  expect(inView('source')).toEqual([true, true, false]);
  expect(inView('timeline')).toEqual([true, false, true]);
});

test('a hidden timeline is out of view, and the source never with it', () => {
  for (const room of [WIDE, NARROW, LOW]) {
    for (const half of ['source', 'timeline'] as const) {
      const view = viewOf('hidden', half, room);
      expect(view.isTimelineInView).toBe(false);
      expect(view.isSourceInView).toBe(true);
      expect(view.hasRoomForOne).toBe(false);
    }
  }
});
