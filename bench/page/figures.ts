/** The median of some figures. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

function spread(values: readonly number[]): string {
  const round = (value: number) => Math.round(value).toString();
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${round(median(values))} ms (min ${round(low)}, max ${round(high)}, n ${values.length})`;
}

/** Print both sides and the ratio of their medians. */
export function report(
  what: string,
  ours: readonly number[],
  theirs: readonly number[],
  goal: string
): void {
  console.log(
    `\n${what}\n  ours   ${spread(ours)}\n  stock  ${spread(theirs)}`
  );
  console.log(
    `  ratio  ${(median(ours) / median(theirs)).toFixed(3)}  (goal ${goal})`
  );
}
