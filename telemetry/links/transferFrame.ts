/** Headers of TM (CCSDS 132.0-B-3, 4.1) and AOS (CCSDS 732.0-B-4, 4.1) transfer frames that carry packets. */
import { crc16 } from "./crc16";
import type { FrameRefusal } from "./linkCounts";
import type { FrameOptions } from "./linkOptions";

/** A frame's place in its virtual channel, and where its packets are. */
export interface TransferFrame {
  readonly spacecraft: number;
  readonly virtualChannel: number;
  readonly count: number;
  readonly countModulus: number;
  /** Offset of the first packet that begins in `data`; `noneBegins` or `onlyIdle`. */
  readonly firstHeader: number;
  readonly data: Buffer;
}

/** First header pointer of a frame in which no packet begins. */
export const noneBegins = 0x7ff;
/** First header pointer of a frame that has only idle data. */
export const onlyIdle = 0x7fe;

const fecfBytes = 2;
const ocfBytes = 4;

/** @param frame without marker and parity, not randomised, `options.frameBytes` long */
export function readTransferFrame(frame: Buffer, options: FrameOptions): TransferFrame | FrameRefusal {
  if (options.fecf && crc16(frame) !== 0) return "fecf";
  const end = frame.length - (options.fecf ? fecfBytes : 0);
  const read = options.framing === "tm" ? readTm(frame, end) : readAos(frame, end, options);
  if (typeof read === "string") return read;
  if (options.scid !== undefined && read.spacecraft !== options.scid) return "spacecraft";
  if (options.vcids && !options.vcids.includes(read.virtualChannel)) return "virtual_channel";
  const { firstHeader, data } = read;
  if (firstHeader < onlyIdle && firstHeader >= data.length) return "first_header";
  return read;
}

function readTm(frame: Buffer, end: number): TransferFrame | FrameRefusal {
  const identification = frame.readUInt16BE(0);
  if (identification >>> 14 !== 0) return "version";
  const status = frame.readUInt16BE(4);
  // With the synchronisation flag the data are not packets (4.1.2.7.3).
  if ((status & 0x4000) !== 0) return "content";
  const hasSecondaryHeader = (status & 0x8000) !== 0;
  // Its first byte: version 2 bits, then its length without that byte (4.1.3.2.3).
  const secondaryHeaderBytes = hasSecondaryHeader ? ((frame[6] ?? 0) & 0x3f) + 1 : 0;
  const hasOcf = (identification & 1) !== 0;
  return withData(frame, 6 + secondaryHeaderBytes, end - (hasOcf ? ocfBytes : 0), {
    spacecraft: (identification >>> 4) & 0x3ff,
    virtualChannel: (identification >>> 1) & 0x7,
    count: frame[3] ?? 0,
    countModulus: 2 ** 8,
    firstHeader: status & 0x7ff,
  });
}

/** Virtual channel of frames that only fill the link (4.1.2.3). */
const idleVirtualChannel = 63;

function readAos(frame: Buffer, end: number, options: FrameOptions): TransferFrame | FrameRefusal {
  const identification = frame.readUInt16BE(0);
  if (identification >>> 14 !== 1) return "version";
  const virtualChannel = identification & 0x3f;
  const pointerAt = 6 + (options.headerErrorControl ? 2 : 0) + options.insertZoneBytes;
  const pointer = frame.readUInt16BE(pointerAt) & 0x7ff;
  return withData(frame, pointerAt + 2, end - (options.ocf ? ocfBytes : 0), {
    spacecraft: (identification >>> 6) & 0xff,
    virtualChannel,
    count: frame.readUIntBE(2, 3),
    countModulus: 2 ** 24,
    firstHeader: virtualChannel === idleVirtualChannel ? onlyIdle : pointer,
  });
}

function withData(
  frame: Buffer,
  from: number,
  to: number,
  rest: Omit<TransferFrame, "data">,
): TransferFrame | FrameRefusal {
  return from < to ? { ...rest, data: frame.subarray(from, to) } : "content";
}
