/** States of enumerations: from a raw number to the number that stands for its state. */
import type { Parameter } from "../dictionary";

/** Largest raw number that is looked up in a table. */
const mostInTable = 4096;

/** Function from a raw number to the key of its state in `parameter.states`; NaN for a number without a state. */
export function stateOf(parameter: Parameter): (raw: number) => number {
  const { states, stateRanges, otherState, bitSize, encoding } = parameter;
  const find = (raw: number): number => {
    if (raw !== otherState && states.has(raw)) return raw;
    const range = stateRanges.find(({ from, to }) => from <= raw && raw <= to);
    return range?.value ?? otherState ?? NaN;
  };
  if (encoding !== "binary" || 2 ** bitSize > mostInTable) return find;
  const table = Float64Array.from({ length: 2 ** bitSize }, (_, raw) => find(raw));
  return (raw) => table[raw] ?? NaN;
}
