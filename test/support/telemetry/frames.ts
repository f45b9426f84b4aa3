/** TM and AOS frames made from packets, the counterpart of telemetry/links written from the standards: for tests. */
import { crc16 } from "../../../telemetry/decoder";

export interface FramesArgs {
  readonly kind: "tm" | "aos";
  readonly frameBytes: number;
  readonly spacecraftId?: number;
  readonly virtualChannel?: number;
  /** Count of the first frame. */
  readonly count?: number;
  readonly fecf?: boolean;
}

const idleHeader = (bytes: number): Buffer => {
  const packet = Buffer.alloc(bytes);
  packet.writeUInt16BE(0x07ff, 0);
  packet.writeUInt16BE(0xc000, 2);
  packet.writeUInt16BE(bytes - 7, 4);
  return packet;
};

/** Frames that carry the packets one behind the other; the last one is filled up by an idle packet. */
export function framesOf(packets: readonly Buffer[], args: FramesArgs): Buffer[] {
  const { kind, frameBytes, spacecraftId = 42, virtualChannel = 1, count = 0, fecf = true } = args;
  const headerBytes = kind === "tm" ? 6 : 8;
  const zone = frameBytes - headerBytes - (fecf ? 2 : 0);
  const all = [...packets];
  const used = packets.reduce((sum, { length }) => sum + length, 0);
  const open = (zone - (used % zone)) % zone;
  if (open > 0) all.push(idleHeader(open >= 7 ? open : open + zone));
  const starts: number[] = [];
  all.reduce((at, { length }) => (starts.push(at), at + length), 0);
  const data = Buffer.concat(all);
  return Array.from({ length: data.length / zone }, (_, i) => {
    const frame = Buffer.alloc(frameBytes);
    const start = starts.find((at) => at >= i * zone && at < (i + 1) * zone);
    const pointer = start === undefined ? 0x7ff : start - i * zone;
    if (kind === "tm") {
      frame.writeUInt16BE((spacecraftId << 4) | (virtualChannel << 1), 0);
      frame.writeUInt8((count + i) % 256, 2);
      frame.writeUInt8((count + i) % 256, 3);
      frame.writeUInt16BE(0x1800 | pointer, 4);
    } else {
      frame.writeUInt16BE(0x4000 | ((spacecraftId & 0xff) << 6) | virtualChannel, 0);
      frame.writeUIntBE((count + i) % 2 ** 24, 2, 3);
      frame.writeUInt8((spacecraftId >>> 8) << 4, 5);
      frame.writeUInt16BE(pointer, 6);
    }
    data.copy(frame, headerBytes, i * zone, (i + 1) * zone);
    if (fecf) frame.writeUInt16BE(crc16(frame, 0, frameBytes - 2), frameBytes - 2);
    return frame;
  });
}
