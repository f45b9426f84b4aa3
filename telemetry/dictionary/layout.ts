/** Positions and sizes of a packet's fields. */
import type { Field } from "./dictionary";
import type { ParameterSource } from "./parameterSchema";
import { inStructures } from "./structures";

/** Position and size of a field in the data after the secondary header. */
export interface Extent {
  /** Segment that the offset counts from; see `Field.segment`. */
  readonly segment: number;
  readonly bitOffset: number;
  /** Bits of one element. */
  readonly bitSize: number;
  /** Bits of all elements, at most, with the other members of a structure that it begins; 0 for those. */
  readonly bits: number;
  /** Bits from one element of an array to the next, and from the start of its structure to it. */
  readonly stride: number;
  readonly offset: number;
  /** First bit of its segment, when all that varies before it is as short and as long as can be. */
  readonly leastStart: number;
  readonly mostStart: number;
}

/** Place of the next field: its bit in a segment, or the field whose length varies and that has no end. */
export type NextPlace = Pick<Extent, "segment" | "bitOffset" | "leastStart" | "mostStart"> | string;

const startOfPacket = { segment: 0, bitOffset: 0, leastStart: 0, mostStart: 0 };
export const startOfData: NextPlace = startOfPacket;

/** True for an array or a text whose length is said by a field, or is what fits. */
export const isVarying = ({ count, bytes }: ParameterSource): boolean =>
  typeof count === "string" || (bytes !== undefined && typeof bytes !== "number");

/** Bits of one element of a field. */
function bitSizeOf({ type, bits, bytes, most }: ParameterSource): number {
  if (type === "derived") return 0;
  if (bytes !== undefined) return 8 * (typeof bytes === "number" ? bytes : (most ?? 1));
  return bits ?? (type === "float" ? 32 : 1);
}

/** Greatest number of elements. */
function elementsOf({ count, most }: ParameterSource): number {
  if (count === undefined) return 1;
  return typeof count === "number" ? count : (most ?? 1);
}

/**
 * Sizes and offsets of fields; a field without an offset follows the previous field.
 * @param first place of the first field
 * @returns the extents and the place behind the last field; an extent is a text where the place is not known: the name
 *   of the field before it, of which nothing says where it ends
 */
export function layOut(
  fields: readonly ParameterSource[],
  first: NextPlace,
): { extents: (Extent | string)[]; next: NextPlace } {
  let next = first;
  /** Place of the structure whose members follow. */
  let start = first;
  const bitSizes = fields.map(bitSizeOf);
  const structures = inStructures(fields, bitSizes);
  const extents = fields.map((field, i) => {
    const { offset = 0, stride = 0 } = structures[i] ?? {};
    const size = { bitSize: bitSizes[i] ?? 0, bits: stride * elementsOf(field), stride, offset };
    const { bitOffset } = field;
    if (field.type === "derived") return { ...startOfPacket, ...size };
    if (field.interleaved) {
      return typeof start === "string"
        ? start
        : { ...start, ...size, bitOffset: start.bitOffset + offset, bits: 0 };
    }
    start = bitOffset === undefined ? next : { segment: 0, bitOffset, leastStart: 0, mostStart: 0 };
    if (typeof start === "string") return start;
    const extent = { ...start, ...size };
    if (!field.overlaps) next = placeBehind(field, extent);
    return extent;
  });
  return { extents, next };
}

function placeBehind(field: ParameterSource, extent: Extent): NextPlace {
  const { segment, bitOffset, stride, bits, leastStart, mostStart } = extent;
  if (!isVarying(field)) return { segment, bitOffset: bitOffset + bits, leastStart, mostStart };
  // What begins or ends within a byte, or is not in the row of all that vary, has no segment behind it.
  if (bitOffset % 8 !== 0 || stride % 8 !== 0 || field.bitOffset !== undefined) return field.name;
  return {
    ...{ segment: segment + 1, bitOffset: 0 },
    leastStart: leastStart + bitOffset,
    mostStart: mostStart + bitOffset + bits,
  };
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
