/** Where the segments of a packet begin: what stands behind arrays and texts whose length varies. */
import type { Packet, VaryingField, VaryingLength } from "../dictionary";
import { fieldReader } from "./rawField";

/** Byte that no packet has: what begins there is not in it. */
const nowhere = 2 ** 24;

/**
 * Function that gives the first byte of each segment, counted from the data. The result is the same array each time.
 * @param base offset of the data
 * @param there number of bytes of data
 */
export type SegmentPlacer = (bytes: Uint8Array, base: number, there: number) => Int32Array;

/** Function that gives the number of elements or bytes that a field of varying length has. */
export function lengthReader({
  field,
  times,
  plus,
}: VaryingLength): (bytes: Uint8Array, base: number, starts: Int32Array) => number {
  const read = fieldReader(field);
  return (bytes, base, starts) =>
    Math.max(0, Math.floor(times * read(bytes, base + (starts[field.segment] ?? 0)) + plus));
}

export function segmentPlacer(packet: Packet): SegmentPlacer {
  const inRow: VaryingField[] = [];
  for (const each of packet.varying) inRow[each.field.segment] = each;
  const starts = new Int32Array(inRow.length + 1);
  const steps = inRow.map(({ field, elementBytes, length }) => {
    const read = length === "rest" ? undefined : lengthReader(length);
    const behind = bytesBehind(packet, field.segment);
    return (bytes: Uint8Array, base: number, there: number): number => {
      const start = (starts[field.segment] ?? 0) + field.bitOffset / 8;
      if (!read) return Math.max(start, there - behind);
      return start > there ? nowhere : start + read(bytes, base, starts) * elementBytes;
    };
  });
  return (bytes, base, there) => {
    for (let i = 0; i < steps.length; i++) {
      const start = steps[i]?.(bytes, base, there) ?? nowhere;
      starts[i + 1] = start <= there ? start : nowhere;
    }
    return starts;
  };
}

/** Bytes of all that stands behind a segment. */
export function bytesBehind({ parameters, hidden }: Packet, segment: number): number {
  const ends = [...parameters, ...hidden]
    .filter((field) => field.segment > segment)
    .map(({ bitOffset, bits }) => bitOffset + bits);
  return Math.ceil(Math.max(0, ...ends) / 8);
}
