/** Fields that are placed from the end of a packet: behind something hidden that is as long as the packet lets it be. */
import type { Entry, ForeignField } from "./definition";
import type { Findings } from "./findings";
import { primaryHeaderBits } from "./header";
import { lengthOf, sizeOf, varies } from "./places";

/** Bits of the longest number. */
const mostBits = 64;

/** A field of the tail, with the bits from its first one to the end of the packet. */
type FromEnd = ForeignField & { readonly fromEnd: number };

const isFromEnd = (entry: Entry): entry is FromEnd => entry.kind === "field" && entry.fromEnd !== undefined;

/**
 * Fields whose first bit is so many bits before the end of the packet.
 * @returns undefined for what has no fixed size, or does not end in the packet
 */
export function fromEndOn(entries: readonly Entry[], start: number): Entry[] | undefined {
  let left = start;
  const fields: ForeignField[] = [];
  for (const entry of entries) {
    if (entry.kind === "field") fields.push({ ...entry, fromEnd: left });
    left -= lengthOf(entry);
  }
  return left >= 0 && fields.length > 0 ? fields : undefined;
}

/** The entries that are placed from the start of a packet, and those from its end. */
export function parted(entries: readonly Entry[]): { head: readonly Entry[]; tail: readonly Entry[] } {
  return { head: entries.filter((entry) => !isFromEnd(entry)), tail: entries.filter(isFromEnd) };
}

/** Entries of a packet with those from its end behind all others. */
export function withTail(entries: readonly Entry[], findings: Findings): readonly Entry[] {
  const all = entries.filter(isFromEnd).sort((a, b) => b.fromEnd - a.fromEnd);
  const text = entries.findLast((entry) => entry.kind === "field" && isRest(entry));
  const leaves = text?.kind === "field" ? (text.leaves ?? 0) : undefined;
  if (all.length === 0 && (leaves ?? 0) === 0) return entries;
  const head = withLast(text, parted(entries).head);
  const tail = all.filter(({ place, fromEnd }, i) => {
    const before = all[i - 1];
    const isOverlap = before !== undefined && before.fromEnd - sizeOf(before) < fromEnd;
    const isInText = leaves !== undefined && fromEnd > leaves;
    const why = isInText
      ? "in what takes all that is left of the packet"
      : isOverlap
        ? "and it overlaps another one there"
        : undefined;
    if (why !== undefined) findings.leftOut(place, `its place is said from the end, ${why}`);
    return why === undefined;
  });
  const bits = leaves ?? Math.ceil((tail[0]?.fromEnd ?? 0) / 8) * 8;
  if (bits === 0) return head;
  const [first = text] = tail;
  if (first?.kind !== "field") return head;
  return [...head, ...(leaves === undefined ? restBefore(head, first) : []), ...toEnd(tail, bits, first)];
}

const isRest = ({ size, count }: ForeignField): boolean => size === "rest" || count === "rest";

/** The entries with what takes the rest behind those that show bits before it again. */
function withLast(text: Entry | undefined, entries: readonly Entry[]): readonly Entry[] {
  if (text?.kind !== "field" || entries.at(-1) === text) return entries;
  const at = text.at ?? nextBehind(entries.slice(0, entries.indexOf(text)));
  return at === undefined ? entries : [...entries.filter((entry) => entry !== text), { ...text, at }];
}

/** The hidden bytes between what is placed from the start and the tail. */
function restBefore(head: readonly Entry[], first: ForeignField): ForeignField[] {
  const ends = endsOf(head);
  return [
    {
      ...unused(`before.${first.name}`, first),
      ...{ type: "binary", bits: 0, size: "rest" },
      ...(ends && { at: Math.ceil(Math.max(primaryHeaderBits, ...ends) / 8) * 8 }),
    },
  ];
}

/** Bits behind each of the entries, as far as all are known. */
function endsOf(entries: readonly Entry[]): readonly number[] | undefined {
  let next = 0;
  const ends: number[] = [];
  for (const entry of entries) {
    if (entry.kind === "unknown" || (entry.kind === "field" && varies(entry))) return undefined;
    next = (entry.at ?? next) + (entry.kind === "gap" ? entry.bits : sizeOf(entry));
    ends.push(next);
  }
  return ends;
}

const nextBehind = (entries: readonly Entry[]): number | undefined => endsOf(entries)?.at(-1);

/** Fields up to the end of the packet, with hidden ones for bits that no field has. */
function toEnd(tail: readonly FromEnd[], bits: number, { name, place }: ForeignField): ForeignField[] {
  let left = bits;
  const fields: ForeignField[] = [];
  const skipTo = (fromEnd: number): void => {
    while (left > fromEnd) {
      const some = Math.min(mostBits, left - fromEnd);
      fields.push({ ...unused(`${name}.unused_${left}`, { place }), type: "unsigned", bits: some });
      left -= some;
    }
  };
  for (const field of tail) {
    skipTo(field.fromEnd);
    fields.push({ ...field, fromEnd: undefined });
    left -= sizeOf(field);
  }
  skipTo(0);
  return fields;
}

const unused = (
  name: string,
  { place }: Pick<ForeignField, "place">,
): Pick<ForeignField, "kind" | "name" | "place" | "description" | "isHidden"> => ({
  ...{ kind: "field", name, place, description: "Not used", isHidden: true },
});
