import type { TranslationBundle } from '@jupyterlab/translation';
import { CELL_SIGNS, cellStatusWord } from '../../model/cellwords';
import type * as wire from '../../wire';
import { element } from '../timeline/element';
import { placeWord } from './historybar';

const TIME = new Intl.DateTimeFormat([], {
  dateStyle: 'short',
  timeStyle: 'short'
});

/** An output cell that was found: which, its code, where the words are, and room for a picture. */
export function foundNode(
  found: wire.Found,
  run: string,
  place: number | null,
  trans: TranslationBundle
): HTMLElement {
  const node = element('li', 'jp-PatinaFound');
  const go = element('button', 'jp-PatinaFound-button');
  go.type = 'button';
  const facts = [
    `${run} #${found.seq}`,
    place === null ? trans.__('deleted cell') : trans.__('cell %1', place),
    `${CELL_SIGNS[found.status]} ${cellStatusWord(found.status, trans)}`,
    TIME.format(new Date(found.at)),
    found.undone ? trans.__('undone') : '',
    found.pinned ? trans.__('pinned') : ''
  ];
  const isInLine = ({ place, match }: wire.Snippet) =>
    place === 'code' && found.line.includes(match);
  go.append(
    element('span', 'jp-PatinaFound-facts', facts.filter(Boolean).join(' · ')),
    lineNode(found.line, found.snippets.filter(isInLine)),
    ...found.snippets
      .filter(snippet => !isInLine(snippet))
      .map(snippet => snippetNode(snippet, trans))
  );
  node.append(go);
  return node;
}

/** The first line of the code, with what was found in it. */
function lineNode(line: string, found: readonly wire.Snippet[]): HTMLElement {
  const [at] = found
    .map(({ match }) => [line.indexOf(match), match.length])
    .sort(([one], [other]) => one - other);
  if (!at) {
    return element('code', 'jp-PatinaFound-line', line);
  }
  const [start, end] = [at[0], at[0] + at[1]];
  return excerpt(line.slice(0, start), line.slice(start, end), line.slice(end));
}

function snippetNode(
  { place, before, match, after }: wire.Snippet,
  trans: TranslationBundle
): HTMLElement {
  const node = element('span', 'jp-PatinaFound-snippet');
  node.append(`${placeWord(place, trans)}: `, excerpt(before, match, after));
  return node;
}

/** A match between what stands around it, of which as much is shown as there is room for. */
function excerpt(before: string, match: string, after: string): HTMLElement {
  const node = element('code', 'jp-PatinaFound-excerpt');
  const start = element('span', '');
  // Cut off on the left: the end is next to the match.
  const inner = element('bdi', '', before);
  inner.dir = 'ltr';
  start.append(inner);
  node.append(start, element('mark', '', match), element('span', '', after));
  return node;
}
