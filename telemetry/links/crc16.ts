/** CRC-16 of frames: the frame error control field of CCSDS 132.0-B-3, 4.1.6, and CCSDS 732.0-B-4, 4.1.6. */

const polynomial = 0x1021;
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ polynomial;
  return crc & 0xffff;
});

/** CRC-16 of `bytes`, with all ones at the start; 0 for bytes that end in their own CRC. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (table[(crc >>> 8) ^ byte] ?? 0);
  return crc;
}
