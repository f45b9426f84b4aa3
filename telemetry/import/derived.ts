/** Derived parameters of a definition: the packet to which each belongs. */
import type { ForeignField } from "./definition";
import type { Findings } from "./findings";
import type { PlannedPacket } from "./plan";

/** What is computed from the fields of each packet. */
export type PlacedDerived = ReadonlyMap<PlannedPacket, readonly ForeignField[]>;

/**
 * Derived parameters by the packets that have all that they are computed from; one whose inputs are in different packets
 * belongs to that of the last input.
 */
export function placeDerived(
  plans: readonly PlannedPacket[],
  derived: readonly ForeignField[],
  findings: Findings,
): PlacedDerived {
  const placed = new Map<PlannedPacket, ForeignField[]>();
  const own = (plan: PlannedPacket): readonly ForeignField[] => [
    ...plan.fields.map(({ field }) => field),
    ...(placed.get(plan) ?? []),
  ];
  const all = (plan: PlannedPacket): readonly ForeignField[] => [
    ...(plan.base ? all(plan.base) : []),
    ...own(plan),
  ];
  for (const plan of plans) {
    for (const field of plan.foreign.derived ?? []) {
      // The names of its fields may be those of other packets' too.
      const missing = field.formula?.inputs.find((input) => !has(own(plan), input));
      if (missing === undefined) placed.set(plan, [...(placed.get(plan) ?? []), field]);
      else findings.leftOut(field.place, nowhere(missing));
    }
  }
  for (const field of inOrder(derived, findings)) {
    const inputs = field.formula?.inputs ?? [];
    const whole = plans.filter(
      (plan) =>
        inputs.every((input) => has(all(plan), input)) && inputs.some((input) => has(own(plan), input)),
    );
    const homes =
      whole.length > 0 ? whole : homeOf(inputs, (input) => plans.filter((plan) => has(own(plan), input)));
    if (typeof homes === "string") findings.leftOut(field.place, homes);
    else for (const plan of homes) placed.set(plan, [...(placed.get(plan) ?? []), field]);
  }
  return placed;
}

const has = (fields: readonly ForeignField[], input: string): boolean =>
  fields.some(({ name }) => name === input);

const nowhere = (input: string): string =>
  `is computed from ${input}, which is in no packet, or in the primary header`;

/** The packet of a parameter whose inputs no packet has all; a text where there is none. */
function homeOf(
  inputs: readonly string[],
  packetsWith: (input: string) => readonly PlannedPacket[],
): readonly PlannedPacket[] | string {
  for (const input of inputs) {
    const count = packetsWith(input).length;
    if (count === 0) return nowhere(input);
    if (count > 1) {
      return `is computed from ${input}, which is in ${count} packets, none of which has all that it needs`;
    }
  }
  const last = inputs.at(-1);
  return last === undefined ? "is computed from no parameter" : packetsWith(last);
}

/** Derived parameters behind those that they are computed from; those in a circle are reported. */
function inOrder(derived: readonly ForeignField[], findings: Findings): ForeignField[] {
  const ordered: ForeignField[] = [];
  let waiting = [...derived];
  const isReady = ({ formula }: ForeignField): boolean =>
    !waiting.some(({ name }) => formula?.inputs.includes(name));
  for (let ready = waiting.filter(isReady); ready.length > 0; ready = waiting.filter(isReady)) {
    ordered.push(...ready);
    waiting = waiting.filter((each) => !ready.includes(each));
  }
  for (const { place } of waiting) findings.leftOut(place, "is computed from itself, or from one that is");
  return ordered;
}
