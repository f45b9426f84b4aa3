/** The primary header in a definition: recognised by where its fields are, not by their names. */
import type { Criterion, ForeignField } from "./definition";
import { contains, intersection, type Intervals } from "./intervals";
import { type PlacedField, sizeOf, varies } from "./places";

export const primaryHeaderBits = 48;

/** True for a field that lies in the primary header: CCSDS 133.0-B says what is there. */
export const isInHeader = ({ field, bit }: PlacedField): boolean =>
  bit !== undefined && bit + field.bits <= primaryHeaderBits && field.size === undefined;

/** What conditions on the primary header say. */
export interface HeaderConditions {
  /** APIDs that a packet may have; undefined: nothing is said. */
  readonly apids: Intervals | undefined;
  readonly flag: "set" | "clear" | "any";
}

export const noHeaderConditions: HeaderConditions = { apids: undefined, flag: "any" };

/** Bits of the primary header: place, size, and what telemetry packets have there. */
const parts = {
  version: { bit: 0, bits: 3, must: 0 },
  type: { bit: 3, bits: 1, must: 0 },
  flag: { bit: 4, bits: 1 },
  apid: { bit: 5, bits: 11 },
  sequenceFlags: { bit: 16, bits: 2, must: 3 },
} as const;

/** True for a field that is the APID, alone or with what is before it. */
export const isApidField = ({ field: { bits }, bit }: PlacedField): boolean =>
  (bit === parts.apid.bit && bits === parts.apid.bits) || (bit === 0 && bits === 16);

/**
 * The conditions with one more, on a field in the primary header.
 * @returns a text where it cannot be said in a dictionary, or never is true of a telemetry packet
 */
export function withHeaderCondition(
  { apids, flag }: HeaderConditions,
  { numbers }: Criterion,
  { bit, bits }: { bit: number; bits: number },
): HeaderConditions | string {
  const is = (part: { bit: number; bits: number }): boolean => part.bit === bit && part.bits === bits;
  if (is(parts.apid)) {
    const both = apids ? intersection(apids, numbers) : numbers;
    return both.length === 0 ? "no APID fulfils it" : { apids: both, flag };
  }
  if (is(parts.flag)) {
    const [isSet, isClear] = [contains(numbers, 1), contains(numbers, 0)];
    if (isSet && isClear) return { apids, flag };
    const wanted = isSet ? "set" : "clear";
    return flag === "any" || flag === wanted
      ? { apids, flag: wanted }
      : "the secondary header is there and not";
  }
  for (const part of [parts.version, parts.type, parts.sequenceFlags]) {
    if (!is(part)) continue;
    return contains(numbers, part.must) ? { apids, flag } : "is never true of a whole telemetry packet";
  }
  const [only] = numbers;
  if (bit === 0 && bits === 16 && numbers.length === 1 && only?.from === only?.to) {
    return withFirstWord({ apids, flag }, only?.from ?? 0);
  }
  const isOther = [18, 32].includes(bit) && [14, 16].includes(bits);
  return isOther
    ? "a condition on the sequence count or the length of packets"
    : `a condition on ${bits} bits at bit ${bit}, which are no part of a CCSDS primary header`;
}

/** Version, type, flag and APID in one number of 16 bits. */
function withFirstWord({ apids, flag }: HeaderConditions, word: number): HeaderConditions | string {
  if (word >>> 12 !== 0) return "is never true of a whole telemetry packet";
  const apid = word & 0x7ff;
  const wanted = (word & 0x800) === 0 ? "clear" : "set";
  if ((apids && !contains(apids, apid)) || (flag !== "any" && flag !== wanted)) return "no packet fulfils it";
  return { apids: [{ from: apid, to: apid }], flag: wanted };
}

/** APIDs of a set, if they are few enough to have a packet each. */
export function apidList(apids: Intervals): number[] | undefined {
  const most = 64;
  const size = apids.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (size > most) return undefined;
  return apids.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
}

/** True when the first fields of a list are a primary header: 3, 1, 1, 11, 2, 14 and 16 bits. */
export function beginsWithHeader(fields: readonly Pick<ForeignField, "bits">[]): boolean {
  const sizes = [3, 1, 1, 11, 2, 14, 16];
  return sizes.every((bits, i) => fields[i]?.bits === bits);
}

/** Places of fields of which any definition of a CCSDS packet has one, each from its first bit to that behind it. */
const wholeHeader: readonly (readonly string[])[] = [["5-16", "0-16"], ["18-32", "16-32"], ["32-48"]];

/**
 * A field that shows that packets begin with something else than a CCSDS primary header; undefined: none does. Fields may
 * be parts of the header's words or several of them; where all words are there, others may show their bits again.
 */
export function otherThanHeader(placed: readonly PlacedField[]): PlacedField | undefined {
  const there = placed.filter(({ bit }) => bit !== undefined && bit < primaryHeaderBits);
  const places = new Set(there.map((each) => `${each.bit ?? 0}-${endOf(each)}`));
  if (wholeHeader.every((some) => some.some((each) => places.has(each)))) return undefined;
  return there.find((each) => !isOfHeader(each));
}

/** Fields within the header that are none of its parts, as those that show some of its bits by names of their own. */
export const oddInHeader = (placed: readonly PlacedField[]): readonly PlacedField[] =>
  placed.filter((each) => isInHeader(each) && !isOfHeader(each));

/** Bits between which the parts of the header stand; the APID may be in parts of its own, as PUS has them. */
const borders = [0, 3, 4, ...Array.from({ length: 12 }, (_, i) => 5 + i), 18, 32, primaryHeaderBits];

function isOfHeader({ field, bit = 0 }: PlacedField): boolean {
  const end = endOf({ field, bit });
  const isNumber = !["float", "string"].includes(field.type) && field.count === undefined;
  const isInWord = Math.floor(bit / 16) === Math.floor((end - 1) / 16);
  const isOfWords = bit % 16 === 0 && end % 16 === 0 && end <= primaryHeaderBits;
  return isNumber && borders.includes(bit) && borders.includes(end) && (isInWord || isOfWords);
}

const endOf = ({ field, bit = 0 }: Pick<PlacedField, "field" | "bit">): number =>
  varies(field) ? Infinity : bit + sizeOf(field);
