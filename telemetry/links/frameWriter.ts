/** Writer of TM and AOS transfer frames, for the simulator and the tests: packets one behind the other, the last frame filled. */
import { idleApid, primaryHeaderBytes, unsegmented } from "../decoder/primaryHeader";
import { crc16 } from "./crc16";
import type { FrameOptions } from "./linkOptions";
import { randomise } from "./randomiser";
import { noneBegins } from "./transferFrame";

const headerBytes = { tm: 6, aos: 6 };
/** A packet has at least one byte of data. */
const shortestPacketBytes = primaryHeaderBytes + 1;

/** Writer of one virtual channel's frames. */
export class FrameWriter {
  private data = Buffer.alloc(0);
  /** Where packets begin in `data`. */
  private starts: number[] = [];
  private count = 0;

  /** @param channel 0 to 7 for TM, to 62 for AOS */
  constructor(
    private readonly options: FrameOptions,
    private readonly channel = 0,
  ) {}

  /** Bytes of a frame that carry packets. */
  get dataBytes(): number {
    const { framing, frameBytes, fecf, ocf, headerErrorControl, insertZoneBytes } = this.options;
    const aos = framing === "aos" ? 2 + (headerErrorControl ? 2 : 0) + insertZoneBytes : 0;
    const trailer = (fecf ? 2 : 0) + (framing === "aos" && ocf ? 4 : 0);
    return frameBytes - headerBytes[framing] - aos - trailer;
  }

  /** Adds a packet. @returns the frames that are full now, each with marker and parity (zeros) */
  add(packet: Buffer): Buffer[] {
    this.starts.push(this.data.length);
    this.data = Buffer.concat([this.data, packet]);
    const frames: Buffer[] = [];
    while (this.data.length >= this.dataBytes) frames.push(this.next());
    return frames;
  }

  /** Fills the last frame with an idle packet, whose end may be in the frame after it. */
  flush(): Buffer[] {
    if (this.data.length === 0) return [];
    const idle = Buffer.alloc(Math.max(this.dataBytes - this.data.length, shortestPacketBytes));
    idle.writeUInt16BE(idleApid, 0);
    idle[2] = unsegmented << 6;
    idle.writeUInt16BE(idle.length - primaryHeaderBytes - 1, 4);
    return this.add(idle);
  }

  private next(): Buffer {
    const { marker, frameBytes, parityBytes, fecf, randomised } = this.options;
    const frame = Buffer.alloc(frameBytes);
    const [start] = this.starts;
    const pointer = start !== undefined && start < this.dataBytes ? start : noneBegins;
    const dataAt = this.writeHeader(frame, pointer);
    this.data.copy(frame, dataAt, 0, this.dataBytes);
    this.data = this.data.subarray(this.dataBytes);
    this.starts = this.starts.filter((at) => at >= this.dataBytes).map((at) => at - this.dataBytes);
    this.count++;
    if (fecf) frame.writeUInt16BE(crc16(frame.subarray(0, -2)), frameBytes - 2);
    const block = Buffer.concat([frame, Buffer.alloc(parityBytes)]);
    if (randomised) randomise(block, block);
    return Buffer.concat([marker, block]);
  }

  private writeHeader(frame: Buffer, pointer: number): number {
    const { framing, scid = 0, headerErrorControl, insertZoneBytes } = this.options;
    if (framing === "tm") {
      frame.writeUInt16BE((scid << 4) | (this.channel << 1), 0);
      frame[2] = this.count % 256;
      frame[3] = this.count % 256;
      frame.writeUInt16BE(0x1800 | pointer, 4); // packets: segment length identifier 11
      return 6;
    }
    frame.writeUInt16BE(0x4000 | (scid << 6) | this.channel, 0);
    frame.writeUIntBE(this.count % 2 ** 24, 2, 3);
    const pointerAt = 6 + (headerErrorControl ? 2 : 0) + insertZoneBytes;
    frame.writeUInt16BE(pointer, pointerAt);
    return pointerAt + 2;
  }
}
