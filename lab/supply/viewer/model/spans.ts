/** Spans of equal values: what a state timeline draws. */

export interface Span {
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly value: number | string;
  /** Place of the first sample in its column. */
  readonly index: number;
}

/**
 * Spans of a column's values. Each sample holds until the next; the last one of a stretch holds for a step.
 * @param stepMs a longer distance between samples is a gap
 * @param merge whether neighbours of equal value are one span
 */
export function spans(
  times: readonly number[],
  values: readonly (number | string | null | undefined)[],
  stepMs: number,
  merge: boolean,
): Span[] {
  const found: { from: number; to: number; value: number | string; index: number }[] = [];
  for (const [index, from] of times.entries()) {
    const value = values[index];
    if (value === null || value === undefined) continue;
    const next = times[index + 1] ?? Infinity;
    // A step may be a few milliseconds longer than asked for.
    const to = next - from <= stepMs * 1.5 ? next : from + stepMs;
    const last = found.at(-1);
    if (merge && last?.value === value && last.to === from) last.to = to;
    else found.push({ from, to, value, index });
  }
  return found;
}
