/** The order in which packets are looked at: of those with one APID the first whose conditions hold is taken. */
import type { Criterion } from "./definition";
import { complement, intersection } from "./intervals";
import type { PlannedPacket } from "./plan";

/** The packets with those before others of which the conditions are a part of theirs. */
export function narrowFirst(planned: readonly PlannedPacket[]): PlannedPacket[] {
  const below = Map.groupBy(planned, ({ base }) => base);
  const ordered = (base: PlannedPacket | undefined): PlannedPacket[] => {
    const siblings: PlannedPacket[] = [];
    for (const each of below.get(base) ?? []) {
      const wider = siblings.findIndex((other) => isBefore(each, other, below.has(other)));
      siblings.splice(wider < 0 ? siblings.length : wider, 0, each);
    }
    return siblings.flatMap((each) => [each, ...ordered(each)]);
  };
  return ordered(undefined);
}

/** True where a packet is to be looked at before another one, which may be the base of others. */
function isBefore(one: PlannedPacket, other: PlannedPacket, isBase: boolean): boolean {
  if (one.apid !== other.apid) return false;
  // Of two with the same conditions only the first is kept: rather the one that has fields.
  const isEmpty = other.fields.length === 0 && one.fields.length > 0 && !isBase;
  return isPartOf(one.when, other.when) || (isEmpty && isSame(one.when, other.when));
}

/** True where the first conditions hold only if the others do, and not the other way round. */
const isPartOf = (narrow: readonly Criterion[], wide: readonly Criterion[]): boolean =>
  wide.length > 0 && implies(narrow, wide) && !implies(wide, narrow);

const isSame = (one: readonly Criterion[], other: readonly Criterion[]): boolean =>
  implies(one, other) && implies(other, one);

const implies = (some: readonly Criterion[], others: readonly Criterion[]): boolean =>
  others.every(({ field, numbers }) =>
    some.some((each) => each.field === field && intersection(each.numbers, complement(numbers)).length === 0),
  );
