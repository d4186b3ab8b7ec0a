import { describe, expect, it } from 'vitest';
import { type DiffLine, diffLines } from './codediff';

/** As people write diffs; words that changed are in brackets. */
function written(lines: readonly DiffLine[]): string[] {
  const signs = { same: ' ', removed: '-', added: '+' };
  return lines.map(line =>
    line.kind === 'gap'
      ? `… ${line.count}`
      : signs[line.kind] +
        line.pieces
          .map(({ text, isChanged }) => (isChanged ? `[${text}]` : text))
          .join('')
  );
}

const numbers = (count: number) =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}`);

describe('the difference of two texts', () => {
  it('is nothing when only what ends them is different', () => {
    expect(diffLines('a\nb', 'a\nb\n\n')).toEqual([]);
    expect(diffLines('', '\n')).toEqual([]);
  });

  it('tells which words of a line are others', () => {
    expect(written(diffLines('fit(df, lr=1)', 'fit(df, lr=2)'))).toEqual([
      '-fit(df, lr=[1])',
      '+fit(df, lr=[2])'
    ]);
  });

  it('tells lines that came and went', () => {
    expect(written(diffLines('a\nb', 'a\nb\nc'))).toEqual([' a', ' b', '+c']);
    expect(written(diffLines('a\nb', ''))).toEqual(['-a', '-b']);
    expect(written(diffLines('', 'a'))).toEqual(['+a']);
  });

  it('counts the lines that are the same before, between and after', () => {
    const before = numbers(40);
    const after = [...before];
    after[9] = 'ten';
    after[29] = 'thirty';
    const lines = written(diffLines(before.join('\n'), after.join('\n')));
    expect(lines.filter(line => line.startsWith('…'))).toEqual([
      '… 6',
      '… 13',
      '… 7'
    ]);
  });

  it('accounts for every line of both texts', () => {
    let state = 7;
    const random = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    for (let round = 0; round < 200; round++) {
      const before = Array.from(
        { length: random(30) + 1 },
        () => `l${random(6)}`
      );
      const after = before.filter(() => random(6) > 0);
      after.splice(random(after.length + 1), 0, 'new');
      const lines = diffLines(before.join('\n'), after.join('\n'));
      const count = (...kinds: string[]) =>
        lines.reduce(
          (sum, line) =>
            line.kind === 'gap'
              ? sum + line.count
              : sum + Number(kinds.includes(line.kind)),
          0
        );
      expect(count('same', 'removed')).toBe(before.length);
      expect(count('same', 'added')).toBe(after.length);
    }
  });

  it('is all of both where they have next to nothing in common', () => {
    const before = numbers(3000).join('\n');
    const after = numbers(3000)
      .map(line => `other ${line}`)
      .join('\n');
    const lines = diffLines(before, after);
    expect(lines.filter(({ kind }) => kind === 'removed')).toHaveLength(3000);
    expect(lines.filter(({ kind }) => kind === 'added')).toHaveLength(3000);
  });
});
