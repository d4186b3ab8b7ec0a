import type { TranslationBundle } from '@jupyterlab/translation';
import { CHANGE_SIGNS } from '../../model/globals';
import type { GlobalRow } from '../../model/globalrows';
import type { GlobalsModel } from '../../model/globalsmodel';
import {
  changeWord,
  groupWord,
  sizeText,
  typeText
} from '../../model/globalwords';
import type * as wire from '../../wire';
import { element } from '../timeline/element';

type GlobalLine = Extract<GlobalRow, { kind: 'global' }>;

/** The element of one row. It is placed, and told apart from others, by the grid. */
export function rowNode(
  row: GlobalRow,
  model: GlobalsModel,
  trans: TranslationBundle
): HTMLElement {
  const node = element('div', 'jp-PatinaGlobals-row');
  node.setAttribute('role', 'row');
  node.setAttribute('aria-selected', 'false');
  node.dataset.kind = row.kind;
  const level = row.kind === 'group' ? 1 : row.level;
  node.setAttribute('aria-level', String(level));
  node.style.setProperty('--patina-level', String(level - 1));
  if ('isOpen' in row && row.isOpen !== null) {
    node.setAttribute('aria-expanded', String(row.isOpen));
  }
  node.append(
    ...(row.kind === 'global'
      ? globalCells(row, node, model, trans)
      : [wide(row, trans)])
  );
  return node;
}

/** A row that is one text: a group, or what is said of parts that are not there. */
function wide(
  row: Exclude<GlobalRow, GlobalLine>,
  trans: TranslationBundle
): HTMLElement {
  const cell = gridcell('wide', wideText(row, trans));
  if (row.kind === 'group') {
    cell.prepend(twist(row.isOpen));
  }
  return cell;
}

function wideText(
  row: Exclude<GlobalRow, GlobalLine>,
  trans: TranslationBundle
): string {
  switch (row.kind) {
    case 'group':
      return `${groupWord(row.group, trans)} ${row.count}`;
    case 'more':
      return trans.__('%1 more…', row.left.toLocaleString());
    case 'loading':
      return trans.__('Loading…');
    case 'trouble':
      return `⚠ ${row.text}`;
  }
}

function globalCells(
  row: GlobalLine,
  node: HTMLElement,
  model: GlobalsModel,
  trans: TranslationBundle
): HTMLElement[] {
  const { global, path } = row;
  const isVariable = path.length === 0;
  // Only what the latest step changed, or took away, is marked.
  const change = global.changed ?? undefined;
  node.dataset.change = change ?? 'none';
  node.classList.toggle(
    'jp-mod-fresh',
    change !== undefined && model.isFresh(global.name)
  );
  node.title = `${typeText(global)}\n${global.summary}`;
  const name = gridcell('name', '');
  name.append(twist(row.isOpen), ...(isVariable ? [sign(change, trans)] : []));
  name.append(element('span', 'jp-PatinaGlobals-label', global.name));
  return [
    name,
    gridcell('type', typeText(global)),
    value(global, trans),
    gridcell('size', sizeText(global)),
    by(isVariable ? global.by : undefined, trans)
  ];
}

/** What it says; a value that cannot be looked into says so, and no other row is worse for it. */
function value(global: wire.Global, trans: TranslationBundle): HTMLElement {
  const cell = gridcell('value', global.summary);
  if (global.unreadable) {
    const badge = element('span', 'jp-PatinaGlobals-badge');
    badge.textContent = trans.__('⚠ unreadable');
    badge.title = trans.__('This value cannot be looked into');
    cell.prepend(badge, ' ');
  }
  return cell;
}

function sign(
  change: keyof typeof CHANGE_SIGNS | undefined,
  trans: TranslationBundle
): HTMLElement {
  const node = element('span', 'jp-PatinaGlobals-sign');
  if (change) {
    node.textContent = CHANGE_SIGNS[change];
    node.setAttribute('role', 'img');
    node.title = changeWord(change, trans);
    node.setAttribute('aria-label', node.title);
  }
  return node;
}

/** The output cell that last changed the variable; a click goes there. */
function by(seq: number | undefined, trans: TranslationBundle): HTMLElement {
  const cell = gridcell('by', '');
  if (seq) {
    const link = element('span', 'jp-PatinaGlobals-link', `#${seq}`);
    link.dataset.by = String(seq);
    link.title = trans.__('Changed by output %1', seq);
    cell.append(link);
  }
  return cell;
}

function twist(isOpen: boolean | null): HTMLElement {
  const text = isOpen === null ? '' : isOpen ? '▾' : '▸';
  const node = element('span', 'jp-PatinaGlobals-twist', text);
  node.ariaHidden = 'true';
  return node;
}

function gridcell(column: string, text: string): HTMLElement {
  const cell = element('span', `jp-PatinaGlobals-${column}`, text);
  cell.setAttribute('role', 'gridcell');
  return cell;
}
