/** States of an enumeration: single numbers, ranges, and the state of all other numbers. */
import type { StateRange } from "./dictionary";

/** States as the decoder and the metrics need them. */
export interface States {
  /** Names by the number that stands for each state: its own, the first of its range, or one that no state has. */
  readonly states: ReadonlyMap<number, string>;
  readonly stateRanges: readonly StateRange[];
  readonly otherState: number | undefined;
}

/** A key of `states` that cannot be, and why. */
export interface StateProblem {
  readonly key: string;
  readonly message: string;
}

/**
 * States of a dictionary file.
 * @param lowest lowest and highest number of the field
 */
export function readStates(
  source: Readonly<Record<string, string>>,
  { lowest, highest, bits }: { lowest: number; highest: number; bits: number },
): States & { problems: StateProblem[] } {
  const problems: StateProblem[] = [];
  const states = new Map<number, string>();
  const ranges: (StateRange & { key: string })[] = [];
  for (const [key, name] of Object.entries(source)) {
    if (key === "other") continue;
    const [from = NaN, to = from] = key.split("..").map(Number);
    const outside = from < lowest ? from : to > highest || to < lowest ? to : undefined;
    if (outside !== undefined) problems.push({ key, message: `${outside} does not fit in ${bits} bits` });
    else if (to < from) problems.push({ key, message: `the range begins above its end` });
    else if (states.has(from)) {
      problems.push({ key, message: `${from} already is ${states.get(from) ?? ""}` });
    } else {
      states.set(from, name);
      if (to > from) ranges.push({ from, to, value: from, key });
    }
  }
  problems.push(...overlapsOf(ranges, [...states.keys()]));
  const other = source.other;
  const otherState = other === undefined ? undefined : freeNumber(states, ranges);
  if (other !== undefined && otherState !== undefined) states.set(otherState, other);
  return {
    states,
    stateRanges: ranges.map(({ from, to, value }) => ({ from, to, value })),
    otherState,
    problems,
  };
}

/** Ranges that share numbers with another range or a single number. */
function overlapsOf(
  ranges: readonly (StateRange & { key: string })[],
  numbers: readonly number[],
): StateProblem[] {
  if (ranges.length === 0) return [];
  const spans = new Map(numbers.map((from) => [from, { from, to: from, key: String(from) }]));
  for (const range of ranges) spans.set(range.from, range);
  const sorted = [...spans.values()].sort((a, b) => a.from - b.from);
  let widest: { to: number; key: string } | undefined;
  return sorted.flatMap((span) => {
    const before = widest;
    if (!widest || span.to > widest.to) widest = span;
    if (!before || before.to < span.from) return [];
    return [{ key: span.key, message: `has numbers that ${before.key} has too` }];
  });
}

/** Smallest number from 0 on that no state has: it stands for the state of all other numbers. */
function freeNumber(states: ReadonlyMap<number, string>, ranges: readonly StateRange[]): number {
  let free = 0;
  for (;;) {
    const within = ranges.find(({ from, to }) => from <= free && free <= to);
    if (within) free = within.to + 1;
    else if (states.has(free)) free++;
    else return free;
  }
}
