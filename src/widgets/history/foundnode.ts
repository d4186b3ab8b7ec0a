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
  go.append(
    element('span', 'jp-PatinaFound-facts', facts.filter(Boolean).join(' · ')),
    element('code', 'jp-PatinaFound-line', found.line),
    ...found.snippets
      .filter(
        ({ place, match }) => place !== 'code' || !found.line.includes(match)
      )
      .map(snippet => snippetNode(snippet, trans))
  );
  node.append(go);
  return node;
}

function snippetNode(
  { place, before, match, after }: wire.Snippet,
  trans: TranslationBundle
): HTMLElement {
  const node = element('span', 'jp-PatinaFound-snippet');
  const text = element('code', '');
  text.append(before, element('mark', '', match), after);
  node.append(`${placeWord(place, trans)}: `, text);
  return node;
}
