/**
 * The readers of streams as docs/telemetry.md says them, of a whole stream at once and as plainly as possible: what a
 * reader of pieces must agree with, wherever they are cut.
 */
import { crc16 } from "../../../telemetry/decoder";

export interface PacketModel {
  readonly packets: Buffer[];
  skipped: number;
  cut: number;
}

interface Header {
  readonly size: number;
  readonly isExpected: boolean;
  readonly isPossible: boolean;
}

/** @param lengths bytes of a packet of each APID of the dictionary */
export function modelOfPackets(
  stream: Buffer,
  recordBytes: number,
  lengths: ReadonlyMap<number, number>,
): PacketModel {
  const model: PacketModel = { packets: [], skipped: 0, cut: 0 };
  const headerAt = (at: number): Header | undefined => readHeader(stream, at + recordBytes, lengths);
  const isFollowed = (end: number): boolean => end === stream.length || headerAt(end)?.isPossible === true;
  let isInStep = true;
  for (let at = 0; at < stream.length;) {
    const header: Header | undefined = headerAt(at);
    const isBelieved: boolean =
      header !== undefined && (header.isExpected || (isInStep && header.isPossible));
    const end: number = at + recordBytes + (header?.size ?? 0);
    if (isBelieved && end > stream.length) model.cut++;
    isInStep = isBelieved && end <= stream.length && (header?.isExpected === true || isFollowed(end));
    if (isInStep) model.packets.push(stream.subarray(at + recordBytes, end));
    else model.skipped++;
    at = isInStep ? end : at + 1;
  }
  return model;
}

function readHeader(stream: Buffer, at: number, lengths: ReadonlyMap<number, number>): Header | undefined {
  if (at + 6 > stream.length) return undefined;
  const first = stream.readUInt16BE(at);
  const apid = first & 0x7ff;
  const size = 7 + stream.readUInt16BE(at + 4);
  const isWhole = stream.readUInt16BE(at + 2) >>> 14 === 3;
  const isTelemetry = (first & 0x1000) === 0;
  return {
    size,
    isExpected: first >>> 12 === 0 && isWhole && (apid === 0x7ff || lengths.get(apid) === size),
    isPossible: first >>> 13 === 0 && (lengths.has(apid) || (isTelemetry && isWhole)),
  };
}

/** Frames of a stream: at each marker a whole frame whose CRC is right is taken, else one byte skipped. */
export function modelOfFrames(
  stream: Buffer,
  marker: Buffer,
  frameBytes: number,
): { frames: number; damaged: number; skipped: number } {
  const model = { frames: 0, damaged: 0, skipped: 0 };
  for (let at = 0; at < stream.length;) {
    const start = at + marker.length;
    const end = start + frameBytes;
    const isWhole = stream.subarray(at, start).equals(marker) && end <= stream.length;
    const isIntact = isWhole && crc16(stream, start, end) === 0;
    if (isWhole) model.frames++;
    if (isWhole && !isIntact) model.damaged++;
    if (!isIntact) model.skipped++;
    at = isIntact ? end : at + 1;
  }
  return model;
}
