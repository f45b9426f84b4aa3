/** TM transfer frames of packets, with marker and FECF: for the simulator and replays. */
import { crc16 } from "../decoder";
import { standardMarker } from "./frameStream";

const headerBytes = 6;
const fecfBytes = 2;
/** Smallest packet that fills what is left of a frame: header and one byte. */
const leastPacketBytes = 7;

/** Writer of one virtual channel. Each packet is sent at once: an idle packet fills its last frame. */
export class TmFrameWriter {
  private count = 0;

  /** @param frameBytes bytes of a frame without its marker */
  constructor(
    private readonly frameBytes: number,
    private readonly spacecraftId = 1,
    private readonly virtualChannel = 0,
  ) {}

  /** Frames of the packet, with markers, one behind the other. */
  write(packet: Buffer): Buffer {
    const zone = this.frameBytes - headerBytes - fecfBytes;
    const open = (zone - (packet.length % zone)) % zone;
    const idle = open === 0 ? Buffer.alloc(0) : idlePacket(open >= leastPacketBytes ? open : open + zone);
    const data = Buffer.concat([packet, idle]);
    const frames: Buffer[] = [];
    for (let at = 0; at < data.length; at += zone) {
      const starts = at === 0 ? 0 : packet.length - at;
      const isInFrame = starts >= 0 && starts < zone && (at === 0 || idle.length > 0);
      frames.push(standardMarker, this.frame(data.subarray(at, at + zone), isInFrame ? starts : 0x7ff));
    }
    return Buffer.concat(frames);
  }

  private frame(data: Buffer, firstHeader: number): Buffer {
    const frame = Buffer.alloc(this.frameBytes);
    frame.writeUInt16BE((this.spacecraftId << 4) | (this.virtualChannel << 1), 0);
    frame.writeUInt8(this.count, 2);
    frame.writeUInt8(this.count, 3);
    this.count = (this.count + 1) % 256;
    // Segment length identifier 3: packets, not segments (132.0-B-3, 4.1.2.7.5).
    frame.writeUInt16BE(0x1800 | firstHeader, 4);
    data.copy(frame, headerBytes);
    frame.writeUInt16BE(crc16(frame, 0, this.frameBytes - fecfBytes), this.frameBytes - fecfBytes);
    return frame;
  }
}

function idlePacket(bytes: number): Buffer {
  const packet = Buffer.alloc(bytes);
  packet.writeUInt16BE(0x07ff, 0);
  packet.writeUInt16BE(0xc000, 2);
  packet.writeUInt16BE(bytes - leastPacketBytes, 4);
  return packet;
}
