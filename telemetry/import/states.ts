/** States of enumerations: those that a field of its size can have, each number once. */
import type { ForeignField, ForeignState } from "./definition";
import type { Findings } from "./findings";
import { complement, intersection, type Interval, type Intervals, union } from "./intervals";

/** Lowest and highest raw number. */
export function rangeOf({
  type,
  encoding,
  bits,
}: Pick<ForeignField, "type" | "encoding" | "bits">): Interval {
  const isSigned = type === "signed" || encoding === "twos-complement";
  return isSigned ? { from: -(2 ** (bits - 1)), to: 2 ** (bits - 1) - 1 } : { from: 0, to: 2 ** bits - 1 };
}

/**
 * The states of a field without those that it never has, and without numbers that are another state already; each of these
 * is reported. A field that is left without states is a number.
 */
export function withFittingStates(field: ForeignField, findings: Findings): ForeignField {
  if (field.type !== "enumeration") return field;
  const range = [rangeOf(field)];
  let taken: Intervals = [];
  const states = (field.states ?? []).flatMap((state): ForeignState[] => {
    const { from, to, label } = state;
    const own = [{ from, to }];
    const fitting = intersection(own, range);
    const free = intersection(fitting, complement(taken));
    const written = from === to ? String(from) : `${from} to ${to}`;
    if (fitting.length === 0) {
      findings.leftOut(field.place, `its state ${label}: ${written} does not fit in ${field.bits} bits`);
    } else if (sizeOf(free) < sizeOf(fitting)) {
      const first = field.states?.find((each) => each.from <= to && from <= each.to);
      if (first?.label !== label) {
        findings.leftOut(
          field.place,
          `its state ${label} of ${written}, which is ${first?.label ?? ""} already`,
        );
      }
    }
    taken = union(taken, fitting);
    return free.map((part) => ({ ...state, ...part }));
  });
  if (states.length > 0 || field.otherState !== undefined) return { ...field, states };
  findings.note(field.place, "has no states: it is a number");
  return withoutStates(field);
}

/** An enumeration without its states. */
export function withoutStates(field: ForeignField): ForeignField {
  const type = field.encoding === "twos-complement" ? "signed" : "unsigned";
  const none = { states: undefined, otherState: undefined, otherAlarm: undefined, alarms: undefined };
  return { ...field, ...none, type, encoding: undefined };
}

const sizeOf = (set: Intervals): number => set.reduce((sum, { from, to }) => sum + to - from + 1, 0);
