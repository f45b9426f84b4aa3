/** The CRC of the frame error control field (CCSDS 132.0-B-3, 4.1.6): x^16 + x^12 + x^5 + 1, register all ones at the start. */

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let register = byte << 8;
  for (let bit = 0; bit < 8; bit++) {
    register = (register & 0x8000) === 0 ? register << 1 : (register << 1) ^ 0x1021;
  }
  return register & 0xffff;
});

/** CRC of bytes `from` up to, not including, `to`. */
export function crc16(bytes: Uint8Array, from: number, to: number): number {
  let register = 0xffff;
  for (let at = from; at < to; at++) {
    register = ((register << 8) & 0xffff) ^ (table[(register >>> 8) ^ (bytes[at] ?? 0)] ?? 0);
  }
  return register;
}
