import type * as wire from '../wire';
import type { GlobalsGroup } from './globals';

/** The steps from a variable to a part of it; empty for the variable itself. */
export type GlobalPath = readonly string[];

/** What was fetched of the parts of a value. */
export interface IParts {
  readonly children: readonly wire.Global[];
  readonly total: number;
  /** Why they could not be fetched; shown on this row only. */
  readonly trouble?: string;
}

/** A line of the globals panel. */
export type GlobalRow =
  | {
      readonly kind: 'group';
      readonly key: string;
      readonly group: GlobalsGroup;
      readonly count: number;
      readonly isOpen: boolean;
    }
  | {
      readonly kind: 'global';
      readonly key: string;
      /** The variable that it is, or is a part of. */
      readonly name: string;
      readonly path: GlobalPath;
      readonly global: wire.Global;
      readonly level: number;
      /** Null where there is nothing to open. */
      readonly isOpen: boolean | null;
      readonly group: GlobalsGroup;
    }
  | {
      readonly kind: 'more' | 'loading' | 'trouble';
      readonly key: string;
      readonly name: string;
      readonly path: GlobalPath;
      readonly level: number;
      readonly left: number;
      readonly text: string;
    };

/** What is open, and what was fetched of it. */
export interface IOpenState {
  /** Whether parts can be had: of the past only what each variable was is known. */
  readonly hasParts: boolean;
  isOpen(key: string): boolean;
  /** Undefined while it is on its way. */
  parts(key: string): IParts | undefined;
}

export function groupKey(group: GlobalsGroup): string {
  return `group:${group}`;
}

/** The key of a variable or a part of it: the same as long as it is called so. */
export function pathKey(name: string, path: GlobalPath = []): string {
  return JSON.stringify([name, ...path]);
}

/** The lines to show, from top to bottom. A panel with one group needs no heading. */
export function rows(
  groups: ReadonlyMap<GlobalsGroup, readonly wire.Global[]>,
  state: IOpenState
): GlobalRow[] {
  const found: GlobalRow[] = [];
  for (const [group, globals] of groups) {
    const key = groupKey(group);
    const isOpen = state.isOpen(key);
    found.push({ kind: 'group', key, group, count: globals.length, isOpen });
    if (isOpen) {
      for (const global of globals) {
        add(found, state, group, global, global.name, [], 2);
      }
    }
  }
  return found;
}

function add(
  found: GlobalRow[],
  state: IOpenState,
  group: GlobalsGroup,
  global: wire.Global,
  name: string,
  path: GlobalPath,
  level: number
): void {
  const key = pathKey(name, path);
  const canOpen =
    state.hasParts && global.has_children && global.changed !== 'gone';
  const isOpen = canOpen ? state.isOpen(key) : null;
  found.push({ kind: 'global', key, name, path, global, level, isOpen, group });
  if (!isOpen) {
    return;
  }
  const parts = state.parts(key);
  for (const child of parts?.children ?? []) {
    add(found, state, group, child, name, [...path, child.name], level + 1);
  }
  addRest(found, parts, name, path, level + 1);
}

function addRest(
  found: GlobalRow[],
  parts: IParts | undefined,
  name: string,
  path: GlobalPath,
  level: number
): void {
  const left = parts ? parts.total - parts.children.length : 0;
  const kind = !parts ? 'loading' : parts.trouble ? 'trouble' : 'more';
  if (kind !== 'more' || left > 0) {
    const key = `${kind}:${pathKey(name, path)}`;
    const text = parts?.trouble ?? '';
    found.push({ kind, key, name, path, level, left, text });
  }
}
