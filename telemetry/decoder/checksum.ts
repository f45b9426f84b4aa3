/** Checks at the end of a packet: CRC-16-CCITT and the ISO checksum (ECSS-E-ST-70-41C, annex B). */
import type { Packet } from "../dictionary";

/** Bytes that a check takes at the end of a packet. */
export const checksumBytes = (checksum: Packet["checksum"]): number => (checksum === "none" ? 0 : 2);

/** Remainders of the polynomial x^16 + x^12 + x^5 + 1 for each byte. */
const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc;
});

/**
 * CRC-16-CCITT, all ones at the start; 0 over bytes that end with their own CRC. Frames have the same (CCSDS 132.0-B-3,
 * 4.1.6).
 */
export function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffff;
  for (let at = from; at < to; at++) {
    crc = ((crc << 8) & 0xffff) ^ (crcTable[(crc >>> 8) ^ (bytes[at] ?? 0)] ?? 0);
  }
  return crc;
}

/** The two sums of the ISO checksum, modulo 255; both 0 over bytes that end with their own checksum. */
function isoSums(bytes: Uint8Array, from: number, to: number): { first: number; second: number } {
  let [first, second] = [0, 0];
  for (let at = from; at < to; at++) {
    first = (first + (bytes[at] ?? 0)) % 255;
    second = (second + first) % 255;
  }
  return { first, second };
}

/** True when the bytes end with the right check. */
export function isIntact(checksum: Packet["checksum"], bytes: Uint8Array, from: number, to: number): boolean {
  if (checksum === "none") return true;
  if (checksum === "crc16") return crc16(bytes, from, to) === 0;
  const { first, second } = isoSums(bytes, from, to);
  return first === 0 && second === 0;
}

/** Writes the check of the bytes into the last two of them. */
export function writeChecksum(checksum: Packet["checksum"], bytes: Buffer): void {
  const at = bytes.length - 2;
  if (checksum === "crc16") bytes.writeUInt16BE(crc16(bytes, 0, at), at);
  if (checksum !== "iso16") return;
  const { first, second } = isoSums(bytes, 0, at);
  // 0 is written as 255, which is the same modulo 255.
  bytes[at] = 255 - ((first + second) % 255);
  bytes[at + 1] = second === 0 ? 255 : second;
}
