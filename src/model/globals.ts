import type * as wire from '../wire';

export type GlobalsSort = 'changed' | 'name' | 'type' | 'size';

/** The groups of the panel, in their order. */
export const GROUPS = [
  'watched',
  'data',
  'function',
  'class',
  'module',
  'other',
  'private'
] as const;

export type GlobalsGroup = (typeof GROUPS)[number];

/** What kind of variable a person takes it for: their names say which are nobody else's. */
export type GlobalsKind = wire.GlobalKind | 'private';

export function kindOf({ name, kind }: wire.Global): GlobalsKind {
  return name.startsWith('_') ? 'private' : kind;
}

/** What a person wants to see of the variables of a run. */
export interface IGlobalsQuery {
  /** A regular expression, or text where it is not one; names and types that it matches. */
  readonly pattern: string;
  /** Kinds that are not shown. */
  readonly hidden: ReadonlySet<GlobalsKind>;
  readonly sort: GlobalsSort;
  readonly watched: ReadonlySet<string>;
}

/** The variables of a run that match, by group, in order. Empty groups are left out. */
export function grouped(
  globals: readonly wire.Global[],
  query: IGlobalsQuery
): Map<GlobalsGroup, wire.Global[]> {
  const isMatch = matcher(query.pattern);
  const found = new Map<GlobalsGroup, wire.Global[]>();
  for (const global of globals) {
    const isWatched = query.watched.has(global.name);
    const kind = kindOf(global);
    if ((isWatched || !query.hidden.has(kind)) && isMatch(global)) {
      put(found, isWatched ? 'watched' : kind, global);
    }
  }
  const compare = COMPARE[query.sort];
  found.forEach(list => list.sort(compare));
  return new Map(
    GROUPS.flatMap(group => {
      const list = found.get(group);
      return list ? [[group, list] as const] : [];
    })
  );
}

function put(
  groups: Map<GlobalsGroup, wire.Global[]>,
  group: GlobalsGroup,
  global: wire.Global
): void {
  const list = groups.get(group);
  if (list) {
    list.push(global);
  } else {
    groups.set(group, [global]);
  }
}

/** Tell whether a pattern can be read as a regular expression. */
export function isPattern(pattern: string): boolean {
  return expression(pattern) !== null;
}

/** Upper case in the pattern makes case count, as in most editors. */
function matcher(pattern: string): (global: wire.Global) => boolean {
  if (pattern === '') {
    return () => true;
  }
  const regex = expression(pattern);
  if (regex) {
    return ({ name, type }) => regex.test(name) || regex.test(type);
  }
  return ({ name, type }) => name.includes(pattern) || type.includes(pattern);
}

function expression(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, /\p{Lu}/u.test(pattern) ? 'u' : 'iu');
  } catch {
    return null;
  }
}

type Compare = (a: wire.Global, b: wire.Global) => number;

/** Code points: `localeCompare` takes a hundred milliseconds for ten thousand names. */
const byName: Compare = (a, b) => {
  const [x, y] = [a.name.toLowerCase(), b.name.toLowerCase()];
  return x < y
    ? -1
    : x > y
      ? 1
      : a.name < b.name
        ? -1
        : a.name > b.name
          ? 1
          : 0;
};

const COMPARE: Record<GlobalsSort, Compare> = {
  name: byName,
  changed: (a, b) => (b.by ?? 0) - (a.by ?? 0) || byName(a, b),
  type: (a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : byName(a, b)),
  size: (a, b) => (b.bytes ?? -1) - (a.bytes ?? -1) || byName(a, b)
};

/** A sign and its meaning for what the latest cell did to a variable. */
export const CHANGE_SIGNS: Record<wire.GlobalChange, string> = {
  new: '+',
  rebound: '~',
  maybe: '≈',
  gone: '−'
};
