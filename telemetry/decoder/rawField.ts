/** Raw fields of a packet, read and written by bits: integers of any encoding, floats and booleans. */
import { type Field, rawRange } from "../dictionary";
import { fromBcd, toBcd } from "./bcd";
import { gathered, scatter } from "./bitOrder";
import {
  float16Bits,
  float16Of,
  float32Bits,
  float32Of,
  float64Bits,
  float64Of,
  milBits,
  milOf,
} from "./floats";
import { readBits, readLittleBits, writeBits, writeLittleBits } from "./unsigned";

/** Layout of a field: the properties that reading needs. */
export type FieldLayout = Pick<
  Field,
  "type" | "encoding" | "bitOffset" | "bitSize" | "byteOrder" | "bitPlaces"
>;

/**
 * Reader of a field's raw number: an integer, the value of a float, 0 or 1 for a boolean; NaN where the bits are no
 * number. The caller has checked that the bytes contain the whole field.
 * @param at offset of the data after the secondary header
 */
export type FieldReader = (bytes: Uint8Array, at: number) => number;

export function fieldReader(field: FieldLayout): FieldReader {
  const { bitOffset, bitSize, byteOrder, bitPlaces } = field;
  if (bitPlaces) {
    const plain = fieldReader(plainly(field));
    return (bytes, at) => plain(gathered(bytes, at * 8 + bitOffset, bitPlaces), 0);
  }
  // Bit numbers of both orders count on from byte to byte, so that the offset in bytes is simply added.
  const bits = byteOrder === "little" ? readLittleBits : readBits;
  const all: FieldReader = (bytes, at) => bits(bytes, at * 8 + bitOffset, bitSize);
  if (field.type === "float") return floatReader(field);
  if (field.type === "boolean") return (bytes, at) => Math.min(all(bytes, at), 1);
  const half = 2 ** (bitSize - 1);
  switch (field.encoding) {
    case "bcd":
      return (bytes, at) => fromBcd(all(bytes, at));
    case "twos-complement":
      return bitSize > 53 ? longSignedReader(field) : (bytes, at) => signed(all(bytes, at), half);
    case "ones-complement":
      return (bytes, at) => onesComplement(all(bytes, at), half);
    case "sign-magnitude":
      return (bytes, at) => signMagnitude(all(bytes, at), half);
    default:
      return all;
  }
}

/** The field with its bits in the order of a plain number, at the start of some bytes. */
const plainly = (field: FieldLayout): FieldLayout => ({ ...field, bitOffset: 0, bitPlaces: undefined });

const signed = (value: number, half: number): number => (value >= half ? value - 2 * half : value);
const onesComplement = (value: number, half: number): number =>
  value >= half ? value - (2 * half - 1) : value;
/** Minus nothing is 0. */
const signMagnitude = (value: number, half: number): number => (value > half ? half - value : value % half);

/** Signed integer of 54 to 64 bits: its upper part has the sign, so that -1 is not lost in the rounding. */
function longSignedReader({ bitOffset, bitSize, byteOrder }: FieldLayout): FieldReader {
  const upper = bitSize - 32;
  const half = 2 ** (upper - 1);
  if (byteOrder === "little") {
    return (bytes, at) =>
      signed(readLittleBits(bytes, at * 8 + bitOffset + 32, upper), half) * 2 ** 32 +
      readLittleBits(bytes, at * 8 + bitOffset, 32);
  }
  return (bytes, at) =>
    signed(readBits(bytes, at * 8 + bitOffset, upper), half) * 2 ** 32 +
    readBits(bytes, at * 8 + bitOffset + upper, 32);
}

function floatReader({ encoding, bitOffset, bitSize, byteOrder }: FieldLayout): FieldReader {
  const isLittle = byteOrder === "little";
  const bits = isLittle ? readLittleBits : readBits;
  /** The upper 32 bits (all of a shorter float), and the rest. */
  const upper = Math.min(bitSize, 32);
  const lower = bitSize - upper;
  const highAt = isLittle ? bitOffset + lower : bitOffset;
  const lowAt = isLittle ? bitOffset : bitOffset + upper;
  const high: FieldReader = (bytes, at) => bits(bytes, at * 8 + highAt, upper);
  const low: FieldReader = (bytes, at) => (lower === 0 ? 0 : bits(bytes, at * 8 + lowAt, lower));
  if (encoding === "mil-std-1750a") return (bytes, at) => milOf(high(bytes, at), low(bytes, at), lower > 0);
  if (bitSize === 16) return (bytes, at) => float16Of(high(bytes, at));
  if (bitSize === 32) return (bytes, at) => float32Of(high(bytes, at));
  return (bytes, at) => float64Of(high(bytes, at), low(bytes, at));
}

/**
 * Writes the raw number of a field; an integer is held at the ends of the field's range.
 * @param at offset of the data after the secondary header; the bits of other fields do not change
 */
export function writeRaw(bytes: Uint8Array, at: number, field: FieldLayout, raw: number): void {
  const first = at * 8 + field.bitOffset;
  if (field.bitPlaces) {
    const plain = new Uint8Array(8);
    writeRaw(plain, 0, plainly(field), raw);
    return scatter(plain, bytes, first, field.bitPlaces);
  }
  if (field.type === "float") return writeFloat(bytes, first, field, raw);
  const { lowest, highest } = rawRange(field);
  const held = Math.min(Math.max(Math.round(raw), lowest), highest);
  if (field.bitSize > 53) return writeLong(bytes, first, field, held);
  const write = field.byteOrder === "little" ? writeLittleBits : writeBits;
  write(bytes, first, field.bitSize, bitsOf(held, field));
}

/** Writes an integer of 54 to 64 bits in two parts, each of which is exact. */
function writeLong(bytes: Uint8Array, first: number, field: FieldLayout, value: number): void {
  const upper = field.bitSize - 32;
  const most = 2 ** (field.encoding === "twos-complement" ? upper - 1 : upper) - 1;
  const high = Math.min(Math.floor(value / 2 ** 32), most);
  const low = Math.min(value - high * 2 ** 32, 2 ** 32 - 1);
  const highBits = high < 0 ? high + 2 ** upper : high;
  if (field.byteOrder === "little") {
    writeLittleBits(bytes, first, 32, low);
    writeLittleBits(bytes, first + 32, upper, highBits);
  } else {
    writeBits(bytes, first, upper, highBits);
    writeBits(bytes, first + upper, 32, low);
  }
}

/** Bit pattern of an integer as an unsigned number. */
function bitsOf(value: number, { encoding, bitSize }: FieldLayout): number {
  if (encoding === "bcd") return toBcd(value);
  if (value >= 0) return value;
  if (encoding === "ones-complement") return value + 2 ** bitSize - 1;
  return encoding === "sign-magnitude" ? 2 ** (bitSize - 1) - value : value + 2 ** bitSize;
}

function writeFloat(bytes: Uint8Array, first: number, field: FieldLayout, value: number): void {
  const { encoding, bitSize, byteOrder } = field;
  const { high, low } = floatBits(value, encoding, bitSize);
  const upper = Math.min(bitSize, 32);
  if (byteOrder === "little") {
    writeLittleBits(bytes, first, bitSize - upper, low);
    writeLittleBits(bytes, first + bitSize - upper, upper, high);
  } else {
    writeBits(bytes, first, upper, high);
    writeBits(bytes, first + upper, bitSize - upper, low);
  }
}

function floatBits(
  value: number,
  encoding: Field["encoding"],
  bitSize: number,
): { high: number; low: number } {
  if (encoding === "mil-std-1750a") return milBits(value, bitSize === 48);
  if (bitSize === 16) return { high: float16Bits(value), low: 0 };
  return bitSize === 32 ? { high: float32Bits(value), low: 0 } : float64Bits(value);
}
