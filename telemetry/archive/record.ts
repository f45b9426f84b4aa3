/**
 * Record of one packet in an archive's file, all numbers big-endian:
 *
 *   "PRA1" 4 | bytes of the packet 4 | CRC-32 of all that follows 4 | reception, seconds since 1970, float64 8 | packet
 *
 * Records follow one another, so a packet is found at a fixed distance behind its record's start (`--skip-bytes 20`).
 */
import { crc32 } from "node:zlib";
import { longestPacketBytes, primaryHeaderBytes } from "../decoder";

export const recordMark = Buffer.from("PRA1", "latin1");
export const recordHeaderBytes = 20;
const [lengthAt, checkAt, receivedAt] = [4, 8, 12];

/** Writes a record; `target` has room for it. */
export function writeRecord(target: Buffer, at: number, packet: Uint8Array, received: number): void {
  target.set(recordMark, at);
  target.writeUInt32BE(packet.length, at + lengthAt);
  target.writeDoubleBE(received, at + receivedAt);
  target.set(packet, at + recordHeaderBytes);
  target.writeUInt32BE(check(target, at, packet.length), at + checkAt);
}

function check(bytes: Buffer, at: number, packetBytes: number): number {
  return crc32(bytes.subarray(at + receivedAt, at + recordHeaderBytes + packetBytes));
}

/** Record in a file: where its packet is, and when that was received. */
export interface FoundRecord {
  /** Seconds since 1970. */
  readonly received: number;
  /** Offset of the packet. */
  readonly at: number;
  readonly bytes: number;
}

/**
 * Whole records of a file. What is none is skipped to the next one: the end of a file whose writer was killed, a damaged
 * part.
 */
export function* recordsOf(file: Buffer): Generator<FoundRecord> {
  for (let at = file.indexOf(recordMark); at >= 0;) {
    const bytes = recordBytes(file, at);
    if (bytes === undefined) {
      at = file.indexOf(recordMark, at + 1);
      continue;
    }
    yield { received: file.readDoubleBE(at + receivedAt), at: at + recordHeaderBytes, bytes };
    // A record that was cut may be whole by what follows it: by a P, the first letter of the next one's mark.
    at = file.indexOf(recordMark, at + recordHeaderBytes + bytes - (recordMark.length - 1));
  }
}

/** Bytes of the packet of a record that is whole; undefined: it is none. */
function recordBytes(file: Buffer, at: number): number | undefined {
  if (file.length - at < recordHeaderBytes) return undefined;
  const bytes = file.readUInt32BE(at + lengthAt);
  if (bytes <= primaryHeaderBytes || bytes > longestPacketBytes) return undefined;
  if (file.length - at - recordHeaderBytes < bytes) return undefined;
  return file.readUInt32BE(at + checkAt) === check(file, at, bytes) ? bytes : undefined;
}
