/** Header that a station or a recorder writes in front of each packet. */
import { primaryHeaderBytes, readDataBytes } from "../decoder";

export interface RecordHeader {
  readonly bytes: number;
  /** Big-endian field of the header that says the packet's length, if it has one. */
  readonly length?: {
    readonly at: number;
    readonly bytes: number;
    /** What to add to the field to get the packet's length. */
    readonly plus: number;
  };
}

/** Size of the record at `at`: 0: its length field does not agree with the packet's, undefined: both are not there yet. */
export function recordSize(
  { bytes: before, length }: RecordHeader,
  bytes: Buffer,
  at: number,
): number | undefined {
  const packetAt = at + before;
  if (bytes.length - packetAt < primaryHeaderBytes) return undefined;
  const packetBytes = primaryHeaderBytes + readDataBytes(bytes, packetAt);
  if (length && bytes.readUIntBE(at + length.at, length.bytes) + length.plus !== packetBytes) return 0;
  return before + packetBytes;
}
