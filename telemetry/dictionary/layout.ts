/** Positions and sizes of a packet's fields. */
import type { Field } from "./dictionary";
import type { ParameterSource } from "./parameterSchema";

/** Position and size of a field in the data after the secondary header. */
export interface Extent {
  readonly bitOffset: number;
  /** Bits of one element. */
  readonly bitSize: number;
  /** Bits of all elements. */
  readonly bits: number;
}

/** Place of the next field: its bit, or the field whose length varies and that has no end. */
export type NextPlace = number | string;

/** Bits of one element of a field. */
function bitSizeOf({ type, bits, bytes }: ParameterSource): number {
  if (bytes !== undefined) return 8 * bytes;
  return bits ?? (type === "float" ? 32 : 1);
}

/**
 * Sizes and offsets of fields; a field without an offset follows the previous field.
 * @param first place of the first field
 * @returns the extents and the place behind the last field; an extent is a text where the place is not known: the name
 *   of the array before it
 */
export function layOut(
  fields: readonly ParameterSource[],
  first: NextPlace,
): { extents: (Extent | string)[]; next: NextPlace } {
  let next = first;
  const extents = fields.map((field) => {
    const bitSize = bitSizeOf(field);
    const bits = bitSize * (typeof field.count === "number" ? field.count : (field.most ?? 1));
    const bitOffset = field.bitOffset ?? next;
    if (typeof bitOffset === "string") return bitOffset;
    if (!field.overlaps) next = typeof field.count === "string" ? field.name : bitOffset + bits;
    return { bitOffset, bitSize, bits };
  });
  return { extents, next };
}

/** A row of bits, in the order in which bit 0 is the most significant of the first byte. */
export interface BitRange {
  readonly from: number;
  /** First bit behind it. */
  readonly to: number;
}

/** Bits that a field has: one row; up to three of a little-endian field that does not begin or end at a whole byte. */
export function bitsOf(field: Pick<Field, "bitOffset" | "byteOrder">, bits: number): BitRange[] {
  const from = field.bitOffset;
  const to = from + bits;
  if (field.byteOrder === "big") return [{ from, to }];
  // The bits of a byte are counted from the other end.
  const inByte = (low: number, high: number): BitRange => {
    const byte = Math.floor(low / 8) * 8;
    return { from: byte + 8 - (high - byte), to: byte + 8 - (low - byte) };
  };
  const firstWhole = Math.ceil(from / 8) * 8;
  const lastWhole = Math.floor(to / 8) * 8;
  if (firstWhole > lastWhole) return [inByte(from, to)];
  return [
    ...(from < firstWhole ? [inByte(from, firstWhole)] : []),
    ...(firstWhole < lastWhole ? [{ from: firstWhole, to: lastWhole }] : []),
    ...(lastWhole < to ? [inByte(lastWhole, to)] : []),
  ];
}
