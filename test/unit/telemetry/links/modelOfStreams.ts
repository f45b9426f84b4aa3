import { crc16 } from "../../../../telemetry/links/crc16";

/**
 * The reader of packets as docs/telemetry.md says it, of a whole stream at once and as plainly as possible: what a
 * reader of pieces must agree with, wherever they are cut.
 */
export function modelOfPackets(
  stream: Buffer,
  recordBytes: number,
  lengths: ReadonlyMap<number, number>,
): { packets: Buffer[]; skipped: number } {
  const packets: Buffer[] = [];
  let skipped = 0;
  let at = 0;
  let isAligned = true;
  while (at < stream.length) {
    const header = headerAt(stream, at + recordBytes);
    const end = header && at + recordBytes + header.size;
    const isWhole = end !== undefined && end <= stream.length;
    const isTaken: boolean =
      header !== undefined &&
      end !== undefined &&
      isWhole &&
      (isExpected(header, lengths) ||
        (isAligned && header.isPossible && isFollowed(stream, end, recordBytes, lengths)));
    if (isTaken) packets.push(stream.subarray(at + recordBytes, end));
    else skipped++;
    at = isTaken ? (end ?? at + 1) : at + 1;
    isAligned = isTaken;
  }
  return { packets, skipped };
}

interface Header {
  readonly apid: number;
  readonly size: number;
  /** Telemetry, version 0, unsegmented. */
  readonly isPossible: boolean;
}

function headerAt(stream: Buffer, at: number): Header | undefined {
  if (at + 6 > stream.length) return undefined;
  const first = stream.readUInt16BE(at);
  return {
    apid: first & 0x7ff,
    size: 7 + stream.readUInt16BE(at + 4),
    isPossible: first >>> 12 === 0 && stream.readUInt16BE(at + 2) >>> 14 === 3,
  };
}

const isExpected = ({ apid, size, isPossible }: Header, lengths: ReadonlyMap<number, number>): boolean =>
  isPossible && (apid === 0x7ff || lengths.get(apid) === size);

function isFollowed(
  stream: Buffer,
  end: number,
  recordBytes: number,
  lengths: ReadonlyMap<number, number>,
): boolean {
  if (end === stream.length) return true;
  const next = headerAt(stream, end + recordBytes);
  return next !== undefined && (next.isPossible || isExpected(next, lengths));
}

/** The frames of a stream: at each marker a whole frame whose CRC is right is taken, else one byte skipped. */
export function modelOfFrames(
  stream: Buffer,
  marker: Buffer,
  frameBytes: number,
  parityBytes: number,
): { frames: Buffer[]; skipped: number; damaged: number; cut: number } {
  const frames: Buffer[] = [];
  let skipped = 0;
  let damaged = 0;
  let cut = 0;
  for (let at = 0; at < stream.length;) {
    const isMarker = stream.subarray(at, at + marker.length).equals(marker);
    const end = at + marker.length + frameBytes + parityBytes;
    const frame = stream.subarray(at + marker.length, at + marker.length + frameBytes);
    if (isMarker && end > stream.length) cut++;
    if (isMarker && end <= stream.length && crc16(frame) !== 0) damaged++;
    if (isMarker && end <= stream.length && crc16(frame) === 0) {
      frames.push(frame);
      at = end;
    } else {
      skipped++;
      at++;
    }
  }
  return { frames, skipped, damaged, cut };
}
