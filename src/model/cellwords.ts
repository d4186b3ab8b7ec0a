import type { TranslationBundle } from '@jupyterlab/translation';
import type * as wire from '../wire';
import type { CellMark } from './marks';
import type { SectionStatus } from './sectionstatus';

/** What the status of an output cell is called. */
export function cellStatusWord(
  status: wire.CellStatus,
  trans: TranslationBundle
): string {
  const words: Record<wire.CellStatus, string> = {
    queued: trans.__('queued'),
    running: trans.__('running'),
    succeeded: trans.__('succeeded'),
    failed: trans.__('failed'),
    interrupted: trans.__('interrupted'),
    'not run': trans.__('not run')
  };
  return words[status];
}

/** A sign beside the word, so that neither shape nor colour has to carry the meaning alone. */
export const CELL_SIGNS: Record<wire.CellStatus, string> = {
  queued: '…',
  running: '◐',
  succeeded: '✓',
  failed: '✗',
  interrupted: '■',
  'not run': '–'
};

export const RUN_SIGNS: Record<wire.RunStatus, string> = {
  starting: '…',
  idle: '●',
  busy: '◐',
  forking: '…',
  failed: '✗',
  stopped: '■',
  lost: '✗'
};

/** What a mark is called, with its sign. */
export function markText(mark: CellMark, trans: TranslationBundle): string {
  switch (mark) {
    case 'edited':
      return trans.__('✎ edited since it ran');
    case 'old session':
      return trans.__('↺ old session');
  }
}

/** What the status of a section is called in an outline, where there is little room. */
export function sectionText(
  status: SectionStatus,
  trans: TranslationBundle
): string {
  switch (status) {
    case 'running':
    case 'failed':
    case 'succeeded':
      return `${CELL_SIGNS[status]} ${cellStatusWord(status, trans)}`;
    case 'edited':
      return trans.__('✎ edited');
    case 'old session':
      return markText(status, trans);
  }
}
