import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { changedNames } from './changednames';

const trans = nullTranslator.load('patina_lab');

describe('the variables that an output cell changed', () => {
  it('have a sign for what is new, changed and gone, and words for who does not see it', () => {
    const cell = {
      globals_changed: ['df', 'x', 'old', 'm'],
      globals_new: ['m'],
      globals_gone: ['old'],
      globals_maybe: ['df']
    };
    expect(changedNames(cell, trans)).toEqual({
      signs: '+m ~x ≈df −old',
      words: 'New: m. Changed: x. May have changed: df. Removed: old.'
    });
    expect(changedNames({}, trans)).toEqual({ signs: '', words: '' });
  });

  it('are a dozen for the eye, and then a number', () => {
    const names = Array.from({ length: 15 }, (_, n) => `v${n}`);
    const cell = { globals_changed: names };
    expect(changedNames(cell, trans).signs).toMatch(/~v11 and 3 more$/);
    expect(changedNames(cell, trans).words).toContain('v14');
  });
});
