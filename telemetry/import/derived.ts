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
  const names = new Map(plans.map((plan) => [plan, new Set(plan.fields.map(({ field }) => field.name))]));
  const hasOwn = (plan: PlannedPacket, input: string): boolean => names.get(plan)?.has(input) === true;
  const has = (plan: PlannedPacket, input: string): boolean =>
    hasOwn(plan, input) || (plan.base !== undefined && has(plan.base, input));
  const add = (plan: PlannedPacket, field: ForeignField): void => {
    placed.set(plan, [...(placed.get(plan) ?? []), field]);
    names.get(plan)?.add(field.name);
  };
  for (const plan of plans) {
    for (const field of plan.foreign.derived ?? []) {
      // The names of its fields may be those of other packets' too.
      const missing = field.formula?.inputs.find((input) => !hasOwn(plan, input));
      if (missing === undefined) add(plan, field);
      else findings.leftOut(field.place, nowhere(missing));
    }
  }
  for (const field of inOrder(derived, findings)) {
    const inputs = field.formula?.inputs ?? [];
    const whole = plans.filter(
      (plan) => inputs.some((input) => hasOwn(plan, input)) && inputs.every((input) => has(plan, input)),
    );
    const homes =
      whole.length > 0 ? whole : homeOf(inputs, (input) => plans.filter((plan) => hasOwn(plan, input)));
    if (typeof homes === "string") findings.leftOut(field.place, homes);
    else for (const plan of homes) add(plan, field);
  }
  return placed;
}

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
  const names = new Set(derived.map(({ name }) => name));
  const inputsOf = ({ formula }: ForeignField): Set<string> =>
    new Set(formula?.inputs.filter((input) => names.has(input)));
  const missing = new Map(derived.map((field) => [field, inputsOf(field).size]));
  const users = new Map<string, ForeignField[]>();
  for (const field of derived) {
    for (const input of inputsOf(field)) users.set(input, [...(users.get(input) ?? []), field]);
  }
  // Each that is ready makes others ready, which come behind it.
  const ordered = derived.filter((field) => missing.get(field) === 0);
  for (const ready of ordered) {
    for (const user of users.get(ready.name) ?? []) {
      const left = (missing.get(user) ?? 0) - 1;
      missing.set(user, left);
      if (left === 0) ordered.push(user);
    }
  }
  for (const field of derived.filter((each) => (missing.get(each) ?? 0) > 0)) {
    findings.leftOut(field.place, "is computed from itself, or from one that is");
  }
  return ordered;
}
