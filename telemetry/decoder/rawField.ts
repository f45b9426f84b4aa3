/** Raw fields of a packet, read and written by bits or bytes: integers, floats and booleans. */
import type { Parameter } from "../dictionary";

/** Layout of a field: the properties of a parameter that reading needs. */
export type FieldLayout = Pick<Parameter, "type" | "bitOffset" | "bitSize" | "byteOrder">;

/**
 * Raw number of a field: an integer, the value of a float, 0 or 1 for a boolean.
 * @param bytes contains the whole field: the caller has checked the packet's length
 * @param at offset of the data after the secondary header
 */
export function readRaw(bytes: Buffer, at: number, field: FieldLayout): number {
  const { bitOffset, bitSize } = field;
  const isLittle = field.byteOrder === "little";
  const start = at + (bitOffset >>> 3);
  if (field.type === "float") {
    if (bitSize === 32) return isLittle ? bytes.readFloatLE(start) : bytes.readFloatBE(start);
    return isLittle ? bytes.readDoubleLE(start) : bytes.readDoubleBE(start);
  }
  const value = isLittle
    ? readLittle(bytes, start, bitSize >>> 3)
    : readBits(bytes, start, bitOffset & 7, bitSize);
  if (field.type === "signed") {
    const half = 2 ** (bitSize - 1);
    return value >= half ? value - 2 * half : value;
  }
  return field.type === "boolean" ? Math.min(value, 1) : value;
}

/** Unsigned integer of up to 53 bits, most significant bit first. */
function readBits(bytes: Uint8Array, start: number, firstBit: number, size: number): number {
  let at = start;
  let taken = 8 - firstBit;
  let value = (bytes[at] ?? 0) & (0xff >>> firstBit);
  if (size <= taken) return value >>> (taken - size);
  // Whole bytes: multiplied, not shifted, because shifts are limited to 32 bits.
  for (; taken + 8 <= size; taken += 8) value = value * 256 + (bytes[++at] ?? 0);
  const rest = size - taken;
  return rest === 0 ? value : value * 2 ** rest + ((bytes[at + 1] ?? 0) >>> (8 - rest));
}

function readLittle(bytes: Uint8Array, start: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[start + i] ?? 0);
  return value;
}

/**
 * Writes the raw number of a field; an integer is clamped to the range of the field.
 * @param at offset of the data after the secondary header; the bits of other fields do not change
 */
export function writeRaw(bytes: Buffer, at: number, field: FieldLayout, raw: number): void {
  const { bitOffset, bitSize } = field;
  const start = at + (bitOffset >>> 3);
  const isLittle = field.byteOrder === "little";
  if (field.type === "float") {
    if (bitSize === 32) {
      if (isLittle) bytes.writeFloatLE(raw, start);
      else bytes.writeFloatBE(raw, start);
    } else if (isLittle) bytes.writeDoubleLE(raw, start);
    else bytes.writeDoubleBE(raw, start);
    return;
  }
  const { lowest, highest } = rawRange(field);
  const held = Math.min(Math.max(Math.round(raw), lowest), highest);
  const value = held < 0 ? held + 2 ** bitSize : held;
  if (isLittle) writeLittle(bytes, start, bitSize >>> 3, value);
  else writeBits(bytes, at * 8 + bitOffset, bitSize, value);
}

/** Lowest and highest raw number of an integer field. */
export function rawRange(field: FieldLayout): { lowest: number; highest: number } {
  if (field.type === "boolean") return { lowest: 0, highest: 1 };
  const span = 2 ** field.bitSize;
  return field.type === "signed"
    ? { lowest: -span / 2, highest: span / 2 - 1 }
    : { lowest: 0, highest: span - 1 };
}

function writeBits(bytes: Uint8Array, firstBit: number, size: number, value: number): void {
  let rest = value;
  for (let bit = firstBit + size - 1; bit >= firstBit; bit--) {
    const mask = 0x80 >>> (bit & 7);
    const before = bytes[bit >>> 3] ?? 0;
    bytes[bit >>> 3] = rest % 2 === 1 ? before | mask : before & ~mask;
    rest = Math.floor(rest / 2);
  }
}

function writeLittle(bytes: Uint8Array, start: number, size: number, value: number): void {
  let rest = value;
  for (let i = 0; i < size; i++) {
    bytes[start + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
