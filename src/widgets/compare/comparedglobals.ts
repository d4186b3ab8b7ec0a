import type { TranslationBundle } from '@jupyterlab/translation';
import { verdictWord } from '../../model/comparison';
import { typeText } from '../../model/globalwords';
import type * as wire from '../../wire';
import { element } from '../timeline/element';

/** The variables of two runs as a table; those that differ are marked by a word. */
export function globalsTable(
  rows: readonly wire.ComparedGlobal[],
  comparison: wire.Comparison,
  trans: TranslationBundle
): HTMLElement {
  const table = element('table', 'jp-PatinaCompare-globals');
  const caption = table.createCaption();
  caption.textContent = trans.__('Variables');
  const head = table.createTHead().insertRow();
  const past = (title: string, isPast = false) =>
    isPast ? trans.__('%1 (last known)', title) : title;
  for (const name of [
    trans.__('Name'),
    trans.__('Difference'),
    past(comparison.left.title, comparison.left_past),
    past(comparison.right.title, comparison.right_past)
  ]) {
    const cell = element('th', '', name);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const { name, verdict, left, right } of rows) {
    const row = body.insertRow();
    const title = element('th', '', name);
    title.scope = 'row';
    row.append(
      title,
      element('td', '', verdictWord(verdict, trans)),
      valueCell(left),
      valueCell(right)
    );
  }
  return table;
}

function valueCell(global: wire.Global | undefined): HTMLElement {
  const cell = element('td', 'jp-PatinaCompare-value');
  if (global) {
    cell.append(
      element('small', '', typeText(global)),
      element('code', '', global.summary)
    );
  } else {
    cell.textContent = '–';
  }
  return cell;
}
