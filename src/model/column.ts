import { RunningSums } from './runningsums';

/** A stretch of a column that is left empty, or an item that is there, shown or hidden. */
export type ColumnPart =
  | { readonly gap: number; readonly before: number | null }
  | {
      readonly key: number;
      readonly index: number;
      readonly isShown: boolean;
    };

/**
 * A column of very many items, of which only some are there.
 *
 * Those near the view are shown. Those that were near it last are kept, up to a number, hidden. For
 * all that is not shown there are gaps, as high as the items in them were when they were last
 * measured; what was never measured is guessed. Heights are in pixels, with the space between two
 * items.
 */
export class Column {
  constructor(private readonly _guess: number) {}

  get keys(): readonly number[] {
    return this._keys;
  }

  /** The items from top to bottom; what is no longer among them is forgotten. */
  set keys(keys: readonly number[]) {
    this._keys = keys;
    this._index = new Map(keys.map((key, index) => [key, index]));
    for (const known of [this._heights, this._present, this._near]) {
      for (const key of known.keys()) {
        if (!this._index.has(key)) {
          known.delete(key);
        }
      }
    }
    this._sums = new RunningSums(keys.map(key => this._heightOf(key)));
  }

  get isEmpty(): boolean {
    return this._keys.length === 0;
  }

  /** Where an item is, counted from 0; -1 when it is not in the column. */
  indexOf(key: number): number {
    return this._index.get(key) ?? -1;
  }

  isPresent(key: number): boolean {
    return this._present.has(key);
  }

  /** An item has this height. */
  measure(key: number, height: number): void {
    const index = this.indexOf(key);
    if (index >= 0) {
      this._sums.add(index, height - this._heightOf(key));
      this._heights.set(key, height);
    }
  }

  /** How far the item at `index` is from the top; that of one after the last is all. */
  topOf(index: number): number {
    return this._sums.before(index);
  }

  /** The index of the item at a distance from the top, or of the nearest one. */
  at(distance: number): number {
    return Math.max(
      0,
      Math.min(this._sums.at(distance), this._keys.length - 1)
    );
  }

  /** The items from index `first` to `last`, both included, are near the view, and no others. */
  near(first: number, last: number): void {
    this._near.clear();
    for (let index = Math.max(0, first); index <= last; index++) {
      this.bring(index);
    }
  }

  /** The item at `index` is near the view, too, until it is told what is. */
  bring(index: number): void {
    if (index < this._keys.length) {
      const key = this._keys[index];
      this._near.add(key);
      this._present.delete(key);
      this._present.add(key);
    }
  }

  /** Of more than `limit` those go that were near longest ago; not those that are held or near. */
  trim(limit: number, isHeld: (key: number) => boolean): void {
    for (const key of this._present) {
      if (this._present.size <= limit) {
        return;
      }
      if (!this._near.has(key) && !isHeld(key)) {
        this._present.delete(key);
      }
    }
  }

  /**
   * What there is from top to bottom: items, and gaps before an item or, with null, the end. What
   * is held is shown wherever the view is.
   */
  parts(isHeld: (key: number) => boolean): ColumnPart[] {
    const parts: ColumnPart[] = [];
    let next = 0;
    const leave = (until: number, before: number | null) => {
      if (until > next) {
        parts.push({ gap: this.topOf(until) - this.topOf(next), before });
      }
    };
    for (const index of this._presentIndices()) {
      const key = this._keys[index];
      const isShown = this._near.has(key) || isHeld(key);
      if (isShown) {
        leave(index, key);
        next = index + 1;
      }
      parts.push({ key, index, isShown });
    }
    leave(this._keys.length, null);
    return parts;
  }

  private _presentIndices(): number[] {
    return [...this._present]
      .map(key => this.indexOf(key))
      .sort((a, b) => a - b);
  }

  private _heightOf(key: number): number {
    return this._heights.get(key) ?? this._guess;
  }

  private _keys: readonly number[] = [];
  private _index = new Map<number, number>();
  private readonly _near = new Set<number>();
  private _sums = new RunningSums([]);
  private readonly _heights = new Map<number, number>();
  /** A Set iterates in the order of insertion: what was near last is at the end. */
  private readonly _present = new Set<number>();
}
