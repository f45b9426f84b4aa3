/** Conditions of a definition as `when` of a dictionary file. */
import type { Criterion } from "./definition";
import { intersection, type Interval, type Intervals } from "./intervals";

/** Conditions on one field as one. */
export function mergedByField(criteria: readonly Criterion[]): { field: string; numbers: Intervals }[] {
  const merged = new Map<string, Intervals>();
  for (const { field, numbers } of criteria) {
    const before = merged.get(field);
    merged.set(field, before ? intersection(before, numbers) : numbers);
  }
  return [...merged].map(([field, numbers]) => ({ field, numbers }));
}

/** Numbers as a condition of a dictionary: one, a range, a list, or all others. */
export function conditionOf(numbers: Intervals): unknown {
  const one = ({ from, to }: Interval): unknown =>
    from === to ? from : { ...(Number.isFinite(from) && { from }), ...(Number.isFinite(to) && { to }) };
  const [first, ...others] = numbers;
  if (first && others.length === 0) return one(first);
  const isAllBut = first?.from === -Infinity && numbers.at(-1)?.to === Infinity;
  if (!isAllBut) return numbers.map(one);
  const out = numbers
    .slice(0, -1)
    .map(({ to }, i): Interval => ({ from: to + 1, to: (numbers[i + 1]?.from ?? 0) - 1 }));
  return { not: out.length === 1 && out[0] ? one(out[0]) : out.map(one) };
}
