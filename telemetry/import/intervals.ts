/** Sets of whole numbers as rows of intervals: what conditions on fields are made of. */

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Intervals in rising order, no two of which touch. */
export type Intervals = readonly Interval[];

export const everything: Intervals = [{ from: -Infinity, to: Infinity }];
const nothing: Intervals = [];

export const only = (number: number): Intervals => [{ from: number, to: number }];

/** Numbers that are in one of the two sets. */
export function union(one: Intervals, other: Intervals): Intervals {
  const merged: Interval[] = [];
  for (const next of [...one, ...other].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && next.from <= last.to + 1) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    } else merged.push(next);
  }
  return merged;
}

/** Numbers that are in both. */
export function intersection(one: Intervals, other: Intervals): Intervals {
  return one.flatMap((a) =>
    other.flatMap((b) => {
      const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
      return from <= to ? [{ from, to }] : [];
    }),
  );
}

/** Numbers that are not in it. */
export function complement(set: Intervals): Intervals {
  const gaps: Interval[] = [];
  let from = -Infinity;
  for (const each of set) {
    if (each.from > from) gaps.push({ from, to: each.from - 1 });
    from = each.to + 1;
  }
  if (from < Infinity) gaps.push({ from, to: Infinity });
  return gaps.filter((gap) => gap.from <= gap.to);
}

export const contains = (set: Intervals, number: number): boolean =>
  set.some(({ from, to }) => from <= number && number <= to);

/** Comparison operators of the definitions, as sets of whole numbers. */
export function numbersWith(operator: string, value: number): Intervals | undefined {
  switch (operator) {
    case "==":
      return Number.isInteger(value) ? only(value) : nothing;
    case "!=":
      return complement(numbersWith("==", value) ?? nothing);
    case "<":
      return [{ from: -Infinity, to: Math.ceil(value) - 1 }];
    case "<=":
      return [{ from: -Infinity, to: Math.floor(value) }];
    case ">":
      return [{ from: Math.floor(value) + 1, to: Infinity }];
    case ">=":
      return [{ from: Math.ceil(value), to: Infinity }];
    default:
      return undefined;
  }
}
