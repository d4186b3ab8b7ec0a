import { describe, expect, it } from 'vitest';
import { type ICellState, sectionStatus } from './sectionstatus';

const ran = (
  status: ICellState['status'],
  mark: ICellState['mark'] = null
) => ({
  status,
  mark
});

describe('the status of a section', () => {
  it.each<[string | null, ICellState[]]>([
    [null, []],
    [null, [ran(null)]],
    [null, [ran('succeeded'), ran(null)]],
    [null, [ran('succeeded'), ran('not run')]],
    ['succeeded', [ran('succeeded'), ran('succeeded')]],
    ['failed', [ran('failed'), ran(null)]],
    ['failed', [ran('succeeded'), ran('interrupted')]],
    ['old session', [ran('succeeded', 'old session'), ran('succeeded')]],
    ['failed', [ran('succeeded', 'old session'), ran('failed')]],
    ['edited', [ran('succeeded', 'edited'), ran('failed')]],
    ['running', [ran('running'), ran('succeeded', 'edited')]],
    ['running', [ran('queued'), ran('failed')]]
  ])('is %s', (status, cells) => {
    expect(sectionStatus(cells)).toBe(status);
  });
});
