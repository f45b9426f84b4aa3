/** Numbers whose bits are sent in an order of their own: read and written bit by bit. */

/**
 * Bits in the order of a plain number, from the first bit of the result on.
 * @param places of the bits, the most significant first, counted from `firstBit`
 */
export function gathered(bytes: Uint8Array, firstBit: number, places: readonly number[]): Uint8Array {
  const plain = new Uint8Array(8);
  for (const [i, place] of places.entries()) copyBit(bytes, firstBit + place, plain, i);
  return plain;
}

/** Writes the bits of a plain number at their places. */
export function scatter(
  plain: Uint8Array,
  bytes: Uint8Array,
  firstBit: number,
  places: readonly number[],
): void {
  for (const [i, place] of places.entries()) copyBit(plain, i, bytes, firstBit + place);
}

function copyBit(from: Uint8Array, bit: number, to: Uint8Array, at: number): void {
  const isSet = (((from[bit >>> 3] ?? 0) << (bit & 7)) & 0x80) !== 0;
  const mask = 0x80 >>> (at & 7);
  const before = to[at >>> 3] ?? 0;
  to[at >>> 3] = isSet ? before | mask : before & ~mask;
}
