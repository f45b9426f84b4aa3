/** Unsigned integers of up to 64 bits in a buffer; above 2^53 rounded once, to the nearest float64. */

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
/** Bits that a float64 holds exactly. A longer number is read in two parts, each exact, so that the sum rounds once. */
const exactBits = 53;

/** Integer of whole bytes, the most significant first. */
export function readUnsigned(bytes: Uint8Array, at: number, size: number): number {
  if (size > 6) {
    const high = size - 4;
    return readUnsigned(bytes, at, high) * 2 ** 32 + readUnsigned(bytes, at + high, 4);
  }
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + byte(bytes, at + i);
  return value;
}

export function writeUnsigned(bytes: Uint8Array, at: number, size: number, value: number): void {
  let rest = value;
  for (let i = size - 1; i >= 0; i--) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** Integer that begins at any bit; bit 0 is the most significant of the first byte. */
export function readBits(bytes: Uint8Array, firstBit: number, size: number): number {
  if (size > exactBits) {
    const high = size - 32;
    return readBits(bytes, firstBit, high) * 2 ** 32 + readBits(bytes, firstBit + high, 32);
  }
  let at = firstBit >>> 3;
  let taken = 8 - (firstBit & 7);
  let value = byte(bytes, at) & (0xff >>> (8 - taken));
  if (size <= taken) return value >>> (taken - size);
  // Whole bytes: multiplied, not shifted, because shifts are limited to 32 bits.
  for (; taken + 8 <= size; taken += 8) value = value * 256 + byte(bytes, ++at);
  const rest = size - taken;
  return rest === 0 ? value : value * 2 ** rest + (byte(bytes, at + 1) >>> (8 - rest));
}

/** Integer of little-endian bits; bit 0 is the least significant of the first byte. */
export function readLittleBits(bytes: Uint8Array, firstBit: number, size: number): number {
  if (size > exactBits) {
    return readLittleBits(bytes, firstBit + 32, size - 32) * 2 ** 32 + readLittleBits(bytes, firstBit, 32);
  }
  let at = firstBit >>> 3;
  let value = byte(bytes, at) >>> (firstBit & 7);
  let taken = 8 - (firstBit & 7);
  if (size < taken) return value & (0xff >>> (8 - size));
  for (; taken + 8 <= size; taken += 8) value += byte(bytes, ++at) * 2 ** taken;
  const rest = size - taken;
  return rest === 0 ? value : value + (byte(bytes, at + 1) & (0xff >>> (8 - rest))) * 2 ** taken;
}

/** Writes an integer from any bit on; the bits of other fields do not change. */
export function writeBits(bytes: Uint8Array, firstBit: number, size: number, value: number): void {
  let rest = value;
  for (let bit = firstBit + size - 1; bit >= firstBit; bit--) {
    setBit(bytes, bit >>> 3, 0x80 >>> (bit & 7), rest % 2 === 1);
    rest = Math.floor(rest / 2);
  }
}

export function writeLittleBits(bytes: Uint8Array, firstBit: number, size: number, value: number): void {
  let rest = value;
  for (let bit = firstBit; bit < firstBit + size; bit++) {
    setBit(bytes, bit >>> 3, 1 << (bit & 7), rest % 2 === 1);
    rest = Math.floor(rest / 2);
  }
}

function setBit(bytes: Uint8Array, at: number, mask: number, isSet: boolean): void {
  bytes[at] = isSet ? byte(bytes, at) | mask : byte(bytes, at) & ~mask;
}
