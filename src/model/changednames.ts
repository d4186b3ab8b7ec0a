import type { TranslationBundle } from '@jupyterlab/translation';
import type * as wire from '../wire';

/** How many names of variables are shown; a cell can change thousands. */
const MOST_NAMES = 12;

type Changes = Pick<
  wire.OutputCell,
  'globals_changed' | 'globals_new' | 'globals_gone' | 'globals_maybe'
>;

/** Which variables an output cell changed, as signs for the eye and as words. */
export interface IChangedNames {
  /** `+m ~x ≈df −old`; empty when it changed none. */
  readonly signs: string;
  /** `New: m. Changed: df. Removed: old.` */
  readonly words: string;
}

/** What is new comes first, what is gone last. */
export function changedNames(
  { globals_changed, globals_new, globals_gone, globals_maybe }: Changes,
  trans: TranslationBundle
): IChangedNames {
  const [added, gone] = [new Set(globals_new), new Set(globals_gone)];
  const maybe = new Set(globals_maybe);
  const names = globals_changed ?? [];
  const kinds = [
    {
      sign: '+',
      word: trans.__('New'),
      has: (name: string) => added.has(name)
    },
    {
      sign: '~',
      word: trans.__('Changed'),
      has: (name: string) =>
        !added.has(name) && !gone.has(name) && !maybe.has(name)
    },
    {
      sign: '≈',
      word: trans.__('May have changed'),
      has: (name: string) => maybe.has(name)
    },
    {
      sign: '−',
      word: trans.__('Removed'),
      has: (name: string) => gone.has(name)
    }
  ].map(kind => ({ ...kind, names: names.filter(kind.has) }));
  const signs = kinds.flatMap(({ sign, names }) =>
    names.map(name => `${sign}${name}`)
  );
  const more = signs.length - MOST_NAMES;
  return {
    signs: [
      ...signs.slice(0, MOST_NAMES),
      ...(more > 0 ? [trans.__('and %1 more', more)] : [])
    ].join(' '),
    words: kinds
      .filter(({ names }) => names.length > 0)
      .map(({ word, names }) => `${word}: ${names.join(', ')}.`)
      .join(' ')
  };
}
