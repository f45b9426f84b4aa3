/** APIDs that packets have by themselves, of those that are given for what they are based on. */
import type { Criterion, ForeignPacket } from "./definition";
import type { Findings } from "./findings";
import { isApidField } from "./header";
import { contains, everything, intersection, type Intervals, union } from "./intervals";
import type { PlacedField } from "./places";

type ChildrenOf = (packet: ForeignPacket) => readonly ForeignPacket[];

/** Packets with conditions on the APID, theirs or those of what is based on them, each with its APIDs. */
export function claimsOf(
  packets: readonly ForeignPacket[],
  placed: readonly PlacedField[],
  childrenOf: ChildrenOf,
): ReadonlyMap<ForeignPacket, Intervals> {
  return new Map(
    packets.flatMap((packet): [ForeignPacket, Intervals][] => {
      const claim = claimOf(packet, placed, childrenOf);
      return claim ? [[packet, claim]] : [];
    }),
  );
}

function claimOf(
  packet: ForeignPacket,
  placed: readonly PlacedField[],
  childrenOf: ChildrenOf,
): Intervals | undefined {
  const own = packet.criteria.filter((each) => isOnApid(each, placed)).map(apidsIn);
  if (own.length > 0) return own.reduce(intersection, everything);
  const below = [...claimsOf(childrenOf(packet), placed, childrenOf).values()];
  return below.length > 0 ? below.reduce(union) : undefined;
}

/** APIDs that a packet shares with what is based on it, and which further conditions tell from it. */
export function sharedApids(
  { place, name }: ForeignPacket,
  apids: readonly number[],
  claims: ReadonlyMap<ForeignPacket, Intervals>,
  placed: readonly PlacedField[],
  findings: Findings,
): readonly number[] {
  return apids.filter((apid) => {
    const owners = [...claims].filter(([, claimed]) => contains(claimed, apid)).map(([owner]) => owner);
    const whole = owners.find(({ criteria }) => criteria.every((each) => isOnApid(each, placed)));
    if (whole) findings.note(place, `APID ${apid} is that of ${whole.name}, not also of ${name}`);
    return owners.length > 0 && !whole;
  });
}

const isOnApid = ({ field }: Criterion, placed: readonly PlacedField[]): boolean =>
  placed.some((each) => each.field.name === field && isApidField(each));

/** APIDs of a condition on the APID, or on the whole first word. */
const apidsIn = ({ numbers }: Criterion): Intervals =>
  numbers.map(({ from, to }) =>
    from === to && from > 2047 ? { from: from % 2048, to: from % 2048 } : { from, to },
  );
