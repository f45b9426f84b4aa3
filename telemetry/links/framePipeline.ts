/** Blocks of a stream or message to frames, frames to virtual channels, these to packets. */
import type { Stream } from "./byteWindow";
import type { LinkCounters } from "./counters";
import { readFrame } from "./frame";
import { FrameStream } from "./frameStream";
import type { FrameFraming } from "./framing";
import type { Outlets } from "./outlets";
import { randomised } from "./randomiser";
import { VirtualChannel } from "./virtualChannel";

/** Virtual channels (of all spacecraft) of one stream: what a packet cut in each may hold is 4 MiB. */
const mostChannels = 64;

export class FramePipeline implements Stream {
  private readonly blockBytes: number;
  private readonly frames: FrameStream | undefined;
  private readonly channels = new Map<number, VirtualChannel>();

  constructor(
    private readonly framing: FrameFraming,
    private readonly counters: LinkCounters,
    private readonly outlets: Outlets,
  ) {
    const { marker } = framing;
    this.blockBytes = framing.frameBytes + framing.reedSolomonBytes;
    if (marker) {
      const take = (block: Buffer): boolean => this.take(block);
      this.frames = new FrameStream({ marker, blockBytes: this.blockBytes, take, counters });
    }
  }

  push(chunk: Buffer): void {
    this.frames?.push(chunk);
  }

  end(): void {
    this.frames?.end();
    for (const channel of this.channels.values()) channel.end();
  }

  /** Takes whole frames: with markers, or one behind the other. Packets go on in the next message. */
  message(bytes: Buffer): void {
    if (this.frames) {
      this.frames.push(bytes);
      return this.frames.end();
    }
    if (bytes.length === 0 || bytes.length % this.blockBytes !== 0) {
      this.counters.badFrames.length++;
      return;
    }
    for (let at = 0; at < bytes.length; at += this.blockBytes) {
      this.take(bytes.subarray(at, at + this.blockBytes));
    }
  }

  /** @returns false for a damaged frame: its FECF is wrong or, where it has none, its version or spacecraft is */
  private take(received: Buffer): boolean {
    const { counters, framing } = this;
    counters.frames++;
    const block = framing.randomised ? randomised(received) : received;
    // The check symbols of Reed-Solomon are left away, not used: errors are found by the FECF, none is corrected.
    const frame = readFrame(block.subarray(0, framing.frameBytes), framing);
    if (typeof frame === "string") {
      counters.badFrames[frame]++;
      return framing.fecf ? frame !== "fecf" : frame !== "version";
    }
    const { virtualChannel, spacecraftId, isIdle, data } = frame;
    if (!isAskedFor(framing, spacecraftId)) {
      counters.otherFrames++;
      return framing.fecf;
    }
    // The idle channel of AOS is nobody's choice.
    if (isIdle && data.length === 0) counters.idleFrames++;
    else if (framing.virtualChannels?.has(virtualChannel) === false) counters.otherFrames++;
    else this.channel(spacecraftId, virtualChannel)?.take(frame);
    return true;
  }

  /** The channel of a spacecraft; undefined, and counted, where there are too many. */
  private channel(spacecraftId: number, number: number): VirtualChannel | undefined {
    const key = spacecraftId * 64 + number;
    const known = this.channels.get(key);
    if (known) return known;
    if (this.channels.size >= mostChannels) {
      this.counters.badFrames.channels++;
      return undefined;
    }
    const { spacecraft, storedChannels } = this.framing;
    const name = typeof spacecraft === "object" ? spacecraft.get(spacecraftId) : spacecraft;
    const emit = this.outlets.of(name, storedChannels.has(number));
    const channel = new VirtualChannel(this.counters, emit);
    this.channels.set(key, channel);
    return channel;
  }
}

function isAskedFor({ spacecraftId, spacecraft }: FrameFraming, given: number): boolean {
  if (typeof spacecraft === "object") return spacecraft.has(given);
  return spacecraftId === undefined || spacecraftId === given;
}
