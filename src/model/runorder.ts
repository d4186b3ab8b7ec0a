import type { IRunView } from '../tokens';

/**
 * Runs as their tabs stand: the oldest first, a fork behind the run it came from.
 *
 * A fork whose parent is gone stands where its own age puts it.
 */
export function inOrder(views: Iterable<IRunView>): IRunView[] {
  const byAge = [...views].sort(older);
  const known = new Set(byAge.map(view => view.id));
  const children = new Map<string | null, IRunView[]>();
  for (const view of byAge) {
    const parent = view.run.parent?.run ?? null;
    const key = parent !== null && known.has(parent) ? parent : null;
    children.set(key, [...(children.get(key) ?? []), view]);
  }
  const placed = new Set<IRunView>();
  const place = (view: IRunView): void => {
    if (!placed.has(view)) {
      placed.add(view);
      children.get(view.id)?.forEach(place);
    }
  };
  children.get(null)?.forEach(place);
  // Runs that name each other as parents, which only a damaged log can say, stand last.
  byAge.forEach(place);
  return [...placed];
}

function older(a: IRunView, b: IRunView): number {
  return (
    compare(a.run.created ?? '', b.run.created ?? '') || compare(a.id, b.id)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
