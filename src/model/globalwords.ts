import type { TranslationBundle } from '@jupyterlab/translation';
import type * as wire from '../wire';
import { formatBytes } from './bytes';
import type { GlobalsGroup, GlobalsSort } from './globals';

export function groupWord(
  group: GlobalsGroup,
  trans: TranslationBundle
): string {
  const words: Record<GlobalsGroup, string> = {
    watched: trans.__('★ Watched'),
    data: trans.__('Data'),
    function: trans.__('Functions'),
    class: trans.__('Classes'),
    module: trans.__('Modules'),
    other: trans.__('Other'),
    private: trans.__('Private')
  };
  return words[group];
}

export function sortWord(sort: GlobalsSort, trans: TranslationBundle): string {
  const words: Record<GlobalsSort, string> = {
    changed: trans.__('Changed'),
    name: trans.__('Name'),
    type: trans.__('Type'),
    size: trans.__('Size')
  };
  return words[sort];
}

/** What the latest cell did to a variable. */
export function changeWord(
  change: wire.GlobalChange,
  trans: TranslationBundle
): string {
  const words: Record<wire.GlobalChange, string> = {
    new: trans.__('new'),
    rebound: trans.__('changed'),
    maybe: trans.__('may have changed'),
    gone: trans.__('gone')
  };
  return words[change];
}

/** The type with its extent: `DataFrame 1000×4`, `ndarray 3×3 float64`, `list 12`. */
export function typeText({
  type,
  shape,
  dtype,
  length
}: Pick<wire.Global, 'type' | 'shape' | 'dtype' | 'length'>): string {
  const extent = shape?.length ? shape.join('×') : (length ?? '');
  return [type, extent, dtype]
    .filter(part => part !== undefined && part !== '')
    .join(' ');
}

/** The size; `~` where it is not exact. */
export function sizeText({ bytes, approximate }: wire.Global): string {
  if (bytes === undefined) {
    return '';
  }
  return approximate ? `~${formatBytes(bytes)}` : formatBytes(bytes);
}
