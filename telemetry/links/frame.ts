/** Transfer frames: TM (CCSDS 132.0-B-3) and AOS (CCSDS 732.0-B-4), from their bytes to the packets' data. */
import { crc16 } from "../decoder";
import type { BadFrameReason } from "./counters";

export interface FrameFormat {
  readonly framing: "tm" | "aos";
  /** Bytes of a frame, header to error control field, without marker and check symbols. */
  readonly frameBytes: number;
  /** True when the last two bytes are a frame error control field. */
  readonly fecf: boolean;
  /** AOS: true when there is an operational control field (a TM frame says so itself). */
  readonly ocf: boolean;
  /** AOS: bytes of the insert zone. */
  readonly insertBytes: number;
  /** AOS: true when there is a frame header error control field. It is not checked. */
  readonly headerErrorControl: boolean;
}

export interface Frame {
  readonly spacecraftId: number;
  readonly virtualChannel: number;
  readonly count: number;
  /** Number after which the count starts again at 0. */
  readonly modulus: number;
  /** Position in `data` of the first packet that starts there; undefined: none does. */
  readonly firstHeader: number | undefined;
  readonly isIdle: boolean;
  readonly data: Buffer;
}

/** Values of a first header pointer that are no position (132.0-B-3, 4.1.2.7.6). */
const noPacketStarts = 0x7ff;
const idleDataOnly = 0x7fe;
/** Virtual channel of idle AOS frames. */
const idleChannel = 63;
const ocfBytes = 4;

/** The frame, or the reason why it is not used. `block` has `format.frameBytes` bytes, not randomised any more. */
export function readFrame(block: Buffer, format: FrameFormat): Frame | BadFrameReason {
  const end = format.frameBytes - (format.fecf ? 2 : 0);
  if (format.fecf && crc16(block, 0, end) !== block.readUInt16BE(end)) return "fecf";
  return format.framing === "tm" ? readTm(block, end) : readAos(block, end, format);
}

/**
 *   version 2 | SCID 10 | VC 3 | OCF flag 1 || MC count 8 || VC count 8 ||
 *   secondary header flag 1 | sync flag 1 | order 1 | segment length 2 | first header pointer 11
 */
function readTm(block: Buffer, end: number): Frame | BadFrameReason {
  const first = block.readUInt16BE(0);
  if (first >>> 14 !== 0) return "version";
  const status = block.readUInt16BE(4);
  if ((status & 0x4000) !== 0) return "data";
  const hasSecondaryHeader = (status & 0x8000) !== 0;
  // Its length field is one less than its bytes (4.1.3.2.3).
  const start = 6 + (hasSecondaryHeader ? (block.readUInt8(6) & 0x3f) + 1 : 0);
  const hasOcf = (first & 1) !== 0;
  return withData(block, start, end - (hasOcf ? ocfBytes : 0), status & 0x7ff, {
    spacecraftId: (first >>> 4) & 0x3ff,
    virtualChannel: (first >>> 1) & 0x07,
    count: block.readUInt8(3),
    modulus: 256,
  });
}

/**
 *   version 2 | SCID 8 | VC 6 || VC count 24 || replay 1 | cycle in use 1 | upper SCID 2 | cycle 4 ||
 *   header error control 16? || insert zone? || spare 5 | first header pointer 11 || packets || OCF 32? || FECF 16?
 * The upper bits of the spacecraft ID are spare, 0, up to issue 4.
 */
function readAos(block: Buffer, end: number, format: FrameFormat): Frame | BadFrameReason {
  const first = block.readUInt16BE(0);
  if (first >>> 14 !== 1) return "version";
  const signalling = block.readUInt8(5);
  const hasCycle = (signalling & 0x40) !== 0;
  const count = block.readUIntBE(2, 3) + (hasCycle ? (signalling & 0x0f) * 2 ** 24 : 0);
  const about = {
    spacecraftId: ((first >>> 6) & 0xff) | ((signalling & 0x30) << 4),
    virtualChannel: first & 0x3f,
    count,
    modulus: hasCycle ? 2 ** 28 : 2 ** 24,
  };
  if (about.virtualChannel === idleChannel) {
    return { ...about, firstHeader: undefined, isIdle: true, data: block.subarray(0, 0) };
  }
  const pointerAt = 6 + (format.headerErrorControl ? 2 : 0) + format.insertBytes;
  const dataEnd = end - (format.ocf ? ocfBytes : 0);
  if (pointerAt + 2 >= dataEnd) return "pointer";
  return withData(block, pointerAt + 2, dataEnd, block.readUInt16BE(pointerAt) & 0x7ff, about);
}

function withData(
  block: Buffer,
  start: number,
  end: number,
  pointer: number,
  about: Pick<Frame, "spacecraftId" | "virtualChannel" | "count" | "modulus">,
): Frame | BadFrameReason {
  if (start >= end) return "pointer";
  const data = block.subarray(start, end);
  const isIdle = pointer === idleDataOnly;
  if (isIdle || pointer === noPacketStarts) return { ...about, firstHeader: undefined, isIdle, data };
  return pointer < data.length ? { ...about, firstHeader: pointer, isIdle, data } : "pointer";
}
