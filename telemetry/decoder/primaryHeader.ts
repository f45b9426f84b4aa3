/**
 * The space packet's primary header, CCSDS 133.0-B-2, 4.1.3:
 *
 *   version 3 | type 1 | secondary header flag 1 | APID 11 || sequence flags 2 | sequence count 14 || length - 1: 16
 */
export const primaryHeaderBytes = 6;
/** Longest packet (4.1.3.5.3). */
export const longestPacketBytes = primaryHeaderBytes + 65_536;
/** APID of idle packets, which have no data (4.1.3.3.4.4). */
export const idleApid = 0x7ff;
/** Modulus of sequence counts (4.1.3.4.3.4). */
export const sequenceModulus = 16_384;
/** Sequence flags of a packet that is not a segment of a longer one. */
export const unsegmented = 0b11;

/** Readers of one field each of the header at offset `at`; the caller has checked that it has six bytes. */
export const readVersion = (bytes: Uint8Array, at: number): number => byte(bytes, at) >>> 5;
export const readIsTelecommand = (bytes: Uint8Array, at: number): boolean => (byte(bytes, at) & 0x10) !== 0;
export const readHasSecondaryHeader = (bytes: Uint8Array, at: number): boolean =>
  (byte(bytes, at) & 0x08) !== 0;
export const readApid = (bytes: Uint8Array, at: number): number =>
  ((byte(bytes, at) & 0x07) << 8) | byte(bytes, at + 1);
export const readSequenceFlags = (bytes: Uint8Array, at: number): number => byte(bytes, at + 2) >>> 6;
export const readSequenceCount = (bytes: Uint8Array, at: number): number =>
  ((byte(bytes, at + 2) & 0x3f) << 8) | byte(bytes, at + 3);
/** Number of bytes after the primary header. */
export const readDataBytes = (bytes: Uint8Array, at: number): number =>
  ((byte(bytes, at + 4) << 8) | byte(bytes, at + 5)) + 1;

export interface PrimaryHeader {
  readonly apid: number;
  readonly sequenceCount: number;
  /** Number of bytes after the primary header, 1 to 65,536. */
  readonly dataBytes: number;
  readonly hasSecondaryHeader: boolean;
}

/** Writes the header of an unsegmented telemetry packet. */
export function writePrimaryHeader(bytes: Uint8Array, at: number, header: PrimaryHeader): void {
  const length = header.dataBytes - 1;
  bytes[at] = (header.hasSecondaryHeader ? 0x08 : 0) | (header.apid >>> 8);
  bytes[at + 1] = header.apid & 0xff;
  bytes[at + 2] = (unsegmented << 6) | (header.sequenceCount >>> 8);
  bytes[at + 3] = header.sequenceCount & 0xff;
  bytes[at + 4] = length >>> 8;
  bytes[at + 5] = length & 0xff;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
