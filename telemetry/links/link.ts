/** One link: what comes from a source becomes packets, and is counted on the way. */
import { primaryHeaderBytes, readDataBytes } from "../decoder";
import { LinkCounters } from "./counters";
import { type FrameFormat, readFrame } from "./frame";
import { FrameStream } from "./frameStream";
import { PacketStream } from "./packetStream";
import { randomised } from "./randomiser";
import { SegmentJoiner } from "./segments";
import type { Framing, Source } from "./source";
import { VirtualChannel } from "./virtualChannel";

/** Virtual channels (of all spacecraft) of one stream: what a packet cut in each may hold is 4 MiB. */
const mostChannels = 64;

/** Receiver of a stream's bytes, in order. */
export interface Stream {
  push(chunk: Buffer): void;
  /** End of the stream: what is incomplete is given up. */
  end(): void;
}

export class Link {
  readonly counters = new LinkCounters();
  /** State of frames that come in datagrams or messages. */
  private readonly messages: FramePipeline | undefined;
  private readonly emit: (packet: Buffer) => void;
  private readonly framing: Framing;

  /**
   * @param receive takes packets; from a link of bare packets in datagrams, whole datagrams
   * @param isKnown true for an APID of the dictionary
   */
  constructor(
    readonly source: Source,
    private readonly receive: (packets: Buffer) => void,
    private readonly isKnown: (apid: number) => boolean,
  ) {
    this.framing = source.framing;
    const give = (packet: Buffer): void => {
      this.counters.packets++;
      receive(packet);
    };
    const joiner = new SegmentJoiner(this.counters, give);
    this.emit = this.framing.segments === "join" ? (packet) => joiner.take(packet) : give;
    if (this.framing.framing !== "packets") {
      this.messages = new FramePipeline(this.framing, this.counters, this.emit);
    }
  }

  /** Takes a datagram or message. */
  message(bytes: Buffer): void {
    this.counters.receivedBytes += bytes.length;
    if (this.messages) this.messages.message(bytes);
    else if (this.framing.framing === "packets") this.packetMessage(bytes, this.framing.headerBytes);
  }

  /** Receiver of a new connection's bytes. */
  stream(): Stream {
    const { counters, emit, framing, isKnown } = this;
    const inner =
      framing.framing === "packets"
        ? new PacketStream({ ...framing, isKnown, emit, counters })
        : new FramePipeline(framing, counters, emit);
    return {
      push: (chunk) => {
        counters.receivedBytes += chunk.length;
        inner.push(chunk);
      },
      end: () => inner.end(),
    };
  }

  /** A datagram's packets, each behind its record header; what is cut short is the decoder's to refuse. */
  private packetMessage(bytes: Buffer, headerBytes: number): void {
    if (headerBytes === 0 && this.framing.segments === "refuse") {
      this.counters.packets++;
      return this.receive(bytes);
    }
    for (let at = 0; at < bytes.length;) {
      const start = at + headerBytes;
      const left = bytes.length - start;
      if (left <= 0) {
        this.counters.skippedBytes += bytes.length - at;
        return;
      }
      const isWhole = left >= primaryHeaderBytes && primaryHeaderBytes + readDataBytes(bytes, start) <= left;
      const end = isWhole ? start + primaryHeaderBytes + readDataBytes(bytes, start) : bytes.length;
      const packet = bytes.subarray(start, end);
      if (isWhole) this.emit(packet);
      else this.receive(packet);
      at = end;
    }
  }
}

type FrameFraming = Exclude<Framing, { framing: "packets" }>;

/** Blocks to frames, frames to virtual channels, these to packets. */
class FramePipeline implements Stream {
  private readonly format: FrameFormat;
  private readonly blockBytes: number;
  private readonly frames: FrameStream | undefined;
  private readonly channels = new Map<number, VirtualChannel>();

  constructor(
    private readonly framing: FrameFraming,
    private readonly counters: LinkCounters,
    private readonly emit: (packet: Buffer) => void,
  ) {
    const aos = framing.framing === "aos" ? framing : undefined;
    this.format = {
      kind: framing.framing,
      frameBytes: framing.frameBytes,
      fecf: framing.fecf,
      ocf: aos?.ocf ?? false,
      insertBytes: aos?.insertBytes ?? 0,
      headerErrorControl: aos?.headerErrorControl ?? false,
    };
    this.blockBytes = framing.frameBytes + framing.reedSolomonBytes;
    if (framing.marker) {
      const { marker } = framing;
      const emitBlock = (block: Buffer): void => this.block(block);
      this.frames = new FrameStream({ marker, blockBytes: this.blockBytes, emit: emitBlock, counters });
    }
  }

  push(chunk: Buffer): void {
    this.frames?.push(chunk);
  }

  end(): void {
    this.frames?.end();
  }

  /** Takes whole frames: with markers, or one behind the other. */
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
      this.block(bytes.subarray(at, at + this.blockBytes));
    }
  }

  private block(received: Buffer): void {
    const { counters, framing } = this;
    counters.frames++;
    const block = framing.randomised ? randomised(received) : received;
    // The check symbols of Reed-Solomon are left away, not used: errors are found by the FECF, none is corrected.
    const frame = readFrame(block.subarray(0, framing.frameBytes), this.format);
    if (typeof frame === "string") {
      counters.badFrames[frame]++;
      return;
    }
    const { virtualChannel, spacecraftId } = frame;
    if (framing.virtualChannels?.has(virtualChannel) === false) {
      counters.otherFrames++;
      return;
    }
    if (framing.framing === "aos" && frame.isIdle && frame.data.length === 0) {
      counters.idleFrames++;
      return;
    }
    const channel = this.channel(spacecraftId * 64 + virtualChannel);
    if (channel) channel.take(frame);
    else counters.badFrames.channels++;
  }

  private channel(key: number): VirtualChannel | undefined {
    const known = this.channels.get(key);
    if (known || this.channels.size >= mostChannels) return known;
    const channel = new VirtualChannel(this.counters, this.emit);
    this.channels.set(key, channel);
    return channel;
  }
}
