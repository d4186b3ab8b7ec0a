import { describe, expect, it } from 'vitest';
import { headingOf, sectionAt, sections } from './sections';

const text = (source: string) => ({ type: 'markdown', source });
const code = (source = 'x') => ({ type: 'code', source });

describe('the heading of a cell', () => {
  it.each([
    ['# One', { level: 1, title: 'One' }],
    ['### Three ###', { level: 3, title: 'Three' }],
    ['words\n\n## Two', { level: 2, title: 'Two' }],
    ['## Two\n# One\n# Other', { level: 1, title: 'One' }],
    ['Title\n=====', { level: 1, title: 'Title' }],
    ['Title\n---', { level: 2, title: 'Title' }],
    ['words', null],
    ['#no space', null],
    ['words\n\n---', null],
    ['```\n# a comment\n```', null],
    ['~~~python\n# a comment\n~~~\n## After', { level: 2, title: 'After' }],
    ['    # indented code', null]
  ])('%j', (source, heading) => {
    expect(headingOf(text(source))).toEqual(heading);
  });

  it('is none in code, where # begins a comment', () => {
    expect(headingOf(code('# One'))).toBeNull();
  });
});

describe('sections', () => {
  const cells = [
    code(),
    text('# A'),
    code(),
    text('## A.1'),
    code(),
    text('## A.2'),
    text('words'),
    code(),
    text('# B'),
    code()
  ];

  it('reach to the next heading of their level or above', () => {
    expect(
      sections(cells).map(({ title, start, end }) => [title, start, end])
    ).toEqual([
      ['A', 1, 8],
      ['A.1', 3, 5],
      ['A.2', 5, 8],
      ['B', 8, 10]
    ]);
  });

  it('are found from any cell in them, the innermost first', () => {
    const titles = cells.map((_, index) => sectionAt(cells, index)?.title);
    expect(titles).toEqual([
      undefined,
      'A',
      'A',
      'A.1',
      'A.1',
      'A.2',
      'A.2',
      'A.2',
      'B',
      'B'
    ]);
  });
});
