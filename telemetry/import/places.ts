/** Places of the fields of a packet, from its first bit on. */
import type { Entry, ForeignField, Place } from "./definition";

/** A field with its first bit, from the start of the packet; undefined: it is behind what varies in length. */
export interface PlacedField {
  readonly field: ForeignField;
  readonly bit: number | undefined;
  /** Bits between it and what is before it, where its own place is not known. */
  readonly gap: number;
}

export interface Placed {
  readonly fields: readonly PlacedField[];
  /** Where something of unknown length stands, behind which nothing can be placed, and how many fields that costs. */
  readonly cut?: { readonly place: Place; readonly lost: readonly ForeignField[] } | undefined;
}

export const varies = ({ size, count }: ForeignField): boolean =>
  size !== undefined || (count !== undefined && typeof count !== "number");

/** Bits of all elements of a field of fixed size. */
export const sizeOf = ({ bits, count }: ForeignField): number =>
  bits * (typeof count === "number" ? count : 1);

/** Bits that an entry takes; NaN where they vary. */
export function lengthOf(entry: Entry): number {
  if (entry.kind === "gap") return entry.bits;
  return entry.kind === "unknown" || varies(entry) ? NaN : sizeOf(entry);
}

/** Bits that entries take, one behind the other; NaN where they vary. */
export const lengthOfAll = (entries: readonly Entry[]): number =>
  entries.reduce((sum, each) => sum + lengthOf(each), 0);

/**
 * A little-endian field that begins within a byte: the eight bits that are sent first are its least significant byte, but
 * its place is counted as that of all others.
 */
export function shifted(field: ForeignField): ForeignField {
  if (field.isLsbFirst === true) return field;
  return { ...field, isLittle: false, byteOrder: Array.from({ length: field.bits / 8 }, (_, i) => i) };
}

export function place(entries: readonly Entry[]): Placed {
  const fields: PlacedField[] = [];
  let next: number | undefined = 0;
  let gap = 0;
  let cut: { readonly place: Place; readonly lost: ForeignField[] } | undefined;
  /** True behind something of unknown length, until a place is said again. */
  let isLost = false;
  const lose = (at: Place): void => {
    cut ??= { place: at, lost: [] };
    isLost = true;
  };
  for (const entry of entries) {
    if (entry.kind === "unknown") {
      lose(entry.place);
      continue;
    }
    if (entry.kind === "gap") {
      if (entry.at !== undefined) [isLost, gap, next] = [false, 0, entry.at];
      if (next === undefined) gap += entry.bits;
      else next += entry.bits;
      continue;
    }
    // A step back over what varies.
    if (gap < 0 && next === undefined && entry.at === undefined) lose(entry.place);
    if (isLost) {
      // What says its own place can still be read.
      if (entry.at !== undefined) fields.push({ field: entry, bit: entry.at, gap: 0 });
      else cut?.lost.push(entry);
      continue;
    }
    if (entry.interleaved === true) {
      fields.push({ field: entry, bit: undefined, gap: 0 });
      continue;
    }
    const bit: number | undefined = entry.at ?? next;
    fields.push({ field: entry, bit, gap: bit === undefined ? gap : 0 });
    gap = 0;
    if (entry.room !== undefined) {
      if (bit === undefined) lose(entry.place);
      else next = bit + entry.room;
    } else if (varies(entry)) next = undefined;
    else if (bit !== undefined) next = bit + sizeOf(entry);
  }
  return { fields, cut };
}
