/**
 * Sums of the first so many of a list of numbers that are not negative, in a time that grows with
 * the logarithm of their count, also after one of them changed: a Fenwick tree.
 */
export class RunningSums {
  constructor(values: readonly number[]) {
    this._tree = new Float64Array(values.length + 1);
    values.forEach((value, index) => {
      const node = index + 1;
      this._tree[node] += value;
      const parent = node + lowestBit(node);
      if (parent < this._tree.length) {
        this._tree[parent] += this._tree[node];
      }
    });
  }

  /** The sum of those before `index`. */
  before(index: number): number {
    let sum = 0;
    for (let node = index; node > 0; node -= lowestBit(node)) {
      sum += this._tree[node];
    }
    return sum;
  }

  /** The value at `index` is by so much more. */
  add(index: number, more: number): void {
    for (
      let node = index + 1;
      node < this._tree.length;
      node += lowestBit(node)
    ) {
      this._tree[node] += more;
    }
  }

  /** How many of the first values add up to no more than `sum`. */
  at(sum: number): number {
    let [node, left] = [0, sum];
    let step = 2 ** Math.floor(Math.log2(this._tree.length));
    for (; step >= 1; step /= 2) {
      const next = node + step;
      if (next < this._tree.length && this._tree[next] <= left) {
        node = next;
        left -= this._tree[next];
      }
    }
    return node;
  }

  private readonly _tree: Float64Array;
}

function lowestBit(value: number): number {
  return value & -value;
}
