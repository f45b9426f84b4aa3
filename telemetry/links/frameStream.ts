/** Reader of transfer frames out of a stream or message: sync marker, randomiser, parity, checks, virtual channels. */
import { WindowReader } from "./byteWindow";
import type { FrameRefusal, LinkCounts } from "./linkCounts";
import type { FrameOptions } from "./linkOptions";
import { randomise } from "./randomiser";
import { readTransferFrame } from "./transferFrame";
import { VirtualChannel } from "./virtualChannel";

/** Virtual channels kept, of all spacecraft of a link: each may hold the beginning of a packet. */
const mostVirtualChannels = 64;

/**
 * Reader of frames of one length, each behind a sync marker and in front of its parity, which is not read.
 *
 * At a marker the whole frame is awaited. If it is damaged (its FECF is wrong or, without one, its version or spacecraft
 * is), only one byte is skipped and the next marker is looked for: it may have been data that look like a marker.
 */
export class FrameStream extends WindowReader {
  private readonly channels = new Map<number, VirtualChannel>();
  private readonly frame: Buffer;

  /** @param onPacket receives whole packets; their bytes are valid during the call */
  constructor(
    private readonly options: FrameOptions,
    private readonly counts: LinkCounts,
    private readonly onPacket: (packet: Buffer) => void,
  ) {
    super(Math.max(options.marker.length + options.frameBytes + options.parityBytes, 65_536));
    this.frame = Buffer.alloc(options.frameBytes);
  }

  /** Forgets frame counts and begun packets: the next frame is of another connection. */
  reset(): void {
    for (const channel of this.channels.values()) channel.reset();
  }

  protected step(isEnd: boolean): boolean {
    const { marker, frameBytes, parityBytes } = this.options;
    const { bytes } = this.window;
    const at = bytes.indexOf(marker);
    if (at !== 0) {
      // The end of the window may be the beginning of a marker.
      const skipped = at > 0 ? at : isEnd ? bytes.length : Math.max(bytes.length - marker.length + 1, 0);
      this.skip(skipped);
      return skipped > 0;
    }
    const size = marker.length + frameBytes + parityBytes;
    if (bytes.length < size) {
      if (!isEnd) return false;
      // Without a marker a shorter rest can only be the end of a message; with one, what follows may be another's.
      this.counts.refusedFrames.length++;
      this.skip(marker.length === 0 ? bytes.length : 1);
      return true;
    }
    const isTaken = this.take(bytes.subarray(marker.length, marker.length + frameBytes));
    if (isTaken || marker.length === 0) this.window.take(size);
    else this.skip(1);
    return true;
  }

  /** @returns false for a damaged frame */
  private take(bytes: Buffer): boolean {
    let frame = bytes;
    if (this.options.randomised) {
      randomise(bytes, this.frame);
      frame = this.frame;
    }
    const read = readTransferFrame(frame, this.options);
    if (typeof read === "string") {
      this.counts.refusedFrames[read]++;
      return this.options.fecf ? read !== "fecf" : !isDamage(read);
    }
    const channel = this.channel(read.spacecraft, read.virtualChannel);
    if (channel === undefined) this.counts.refusedFrames.virtual_channel++;
    else {
      this.counts.frames++;
      channel.take(read);
    }
    return true;
  }

  private channel(spacecraft: number, virtualChannel: number): VirtualChannel | undefined {
    const key = spacecraft * 64 + virtualChannel;
    const known = this.channels.get(key);
    if (known !== undefined || this.channels.size >= mostVirtualChannels) return known;
    const made = new VirtualChannel(this.counts, this.onPacket);
    this.channels.set(key, made);
    return made;
  }

  private skip(bytes: number): void {
    this.counts.skippedBytes += bytes;
    this.window.take(bytes);
  }
}

function isDamage(refusal: FrameRefusal): boolean {
  return refusal === "version" || refusal === "spacecraft";
}
