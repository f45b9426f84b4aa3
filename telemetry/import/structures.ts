/** Arrays of structures whose number of elements varies: each member is an array, interleaved with the others. */
import type { CountField, Entry, ForeignField, Place } from "./definition";
import type { Findings } from "./findings";
import { shifted, varies } from "./places";
import { withoutStates } from "./states";

/** Members of a structure, elements of fixed arrays in it one by one. */
const mostMembers = 256;
/** Bits of the longest number. */
const mostBits = 64;

/**
 * Elements that are as many as a field says.
 * @param element entries of one element
 * @param array name and place of the whole
 * @returns a text for what a dictionary cannot have
 */
export function countedBy(
  count: CountField,
  element: readonly Entry[],
  array: { readonly name: string; readonly place: Place },
  findings: Findings,
): Entry[] | string {
  const members: ForeignField[] = [];
  let bit = 0;
  for (const entry of element) {
    const added = entry.kind === "gap" ? fillers(entry.bits, bit, array) : membersOf(entry, bit, findings);
    if (typeof added === "string") return added;
    members.push(...added);
    bit += added.reduce((sum, { bits }) => sum + bits, 0);
    if (members.length > mostMembers) return `an array of structures of more than ${mostMembers} members`;
  }
  return members.map((field, i) => ({
    ...{ ...field, count },
    ...(members.length > 1 && (i === 0 ? { stride: bit } : { interleaved: true })),
  }));
}

/** Fields without a metric for bits that no field has. */
function fillers(
  bits: number,
  at: number,
  { name, place }: { name: string; place: Place },
): ForeignField[] | string {
  if (bits < 0) return "an array of structures whose fields overlap";
  return Array.from({ length: Math.ceil(bits / mostBits) }, (_, i) => ({
    ...{ kind: "field", name: `${name}.unused_${at + i * mostBits}`, place, description: "Not used" },
    ...{ type: "unsigned", bits: Math.min(mostBits, bits - i * mostBits), isHidden: true },
  }));
}

function membersOf(
  entry: Exclude<Entry, { kind: "gap" }>,
  at: number,
  findings: Findings,
): ForeignField[] | string {
  if (entry.kind === "unknown" || varies(entry) || entry.at !== undefined || entry.room !== undefined) {
    return "an array of structures whose members vary in length or say their own places";
  }
  const { count } = entry;
  const member = ofNumbers(entry, findings);
  const placed = (field: ForeignField, bit: number): ForeignField =>
    field.isLittle === true && field.bits > 8 && bit % 8 !== 0 ? shifted(field) : field;
  if (typeof count !== "number") return [placed(member, at)];
  return Array.from({ length: Math.min(count, mostMembers + 1) }, (_, i) =>
    placed({ ...member, count: undefined, name: `${entry.name}[${i}]` }, at + i * entry.bits),
  );
}

/** Element of an array, which has numbers: states are their numbers, texts only keep their places. */
function ofNumbers(field: ForeignField, findings: Findings): ForeignField {
  switch (field.type) {
    case "enumeration":
    case "boolean": {
      findings.leftOut(field.place, "the states of its elements: they are numbers");
      return withoutStates(field);
    }
    case "string":
    case "binary":
      findings.leftOut(field.place, "a text of which there are as many as a field says");
      return { ...field, isHidden: true };
    default:
      return field;
  }
}
