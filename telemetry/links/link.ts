/** One link: what comes from a source becomes packets, and is counted on the way. */
import type { Stream } from "./byteWindow";
import { LinkCounters } from "./counters";
import type { ExpectedPackets } from "./expectedPackets";
import { FramePipeline } from "./framePipeline";
import type { PacketFraming } from "./framing";
import { PacketStream } from "./packetStream";
import { recordSize } from "./recordHeader";
import { type OnPacket, SegmentJoiner } from "./segments";
import type { Source } from "./source";

/** Where packets of one kind go, and the end of what is begun of them. */
interface Outlet {
  readonly emit: (packet: Buffer) => void;
  readonly end: () => void;
}

export class Link {
  readonly counters = new LinkCounters();
  /** Receiver of datagrams or messages. */
  private readonly messages: (bytes: Buffer) => void;

  /** @param receive takes packets; from a link of bare packets in datagrams, whole datagrams */
  constructor(
    readonly source: Source,
    private readonly receive: OnPacket,
    private readonly expected: ExpectedPackets,
  ) {
    const { framing } = source;
    const { emit, emitStored } = this.outlets();
    if (framing.framing === "packets") {
      this.messages = (bytes) => this.packets(bytes, framing, emit);
    } else {
      const pipeline = new FramePipeline(framing, this.counters, emit, emitStored);
      this.messages = (bytes) => pipeline.message(bytes);
    }
  }

  /** Takes a datagram or message. */
  message(bytes: Buffer): void {
    this.counters.receivedBytes += bytes.length;
    this.messages(bytes);
  }

  /** Receiver of a new connection's bytes. What it has begun ends with it. */
  stream(): Stream {
    const { counters, expected } = this;
    const { framing } = this.source;
    const { emit, emitStored, end } = this.outlets();
    const takesSegments = framing.segments === "join";
    const inner =
      framing.framing === "packets"
        ? new PacketStream({ ...framing, takesSegments, expected, emit, counters })
        : new FramePipeline(framing, counters, emit, emitStored);
    return {
      push: (chunk) => {
        counters.receivedBytes += chunk.length;
        inner.push(chunk);
      },
      end: () => {
        inner.end();
        end();
      },
    };
  }

  /** Where packets and segments go: those of a recorder have segments of their own, with the counts of others. */
  private outlets(): Outlet & { readonly emitStored: Outlet["emit"] } {
    const stored = this.outlet(true);
    if (this.source.framing.stored === "all") return { ...stored, emitStored: stored.emit };
    const live = this.outlet(false);
    const end = (): void => {
      live.end();
      stored.end();
    };
    return { emit: live.emit, emitStored: stored.emit, end };
  }

  /** Where whole packets and segments of one kind go. */
  private outlet(isStored: boolean): Outlet {
    const give = (packet: Buffer, segments = 1): void => {
      this.counters.packets++;
      this.receive(packet, segments, isStored);
    };
    if (this.source.framing.segments === "refuse") {
      return { emit: (packet) => give(packet), end: () => undefined };
    }
    const joiner = new SegmentJoiner(this.counters, give);
    return { emit: (packet) => joiner.take(packet), end: () => joiner.end() };
  }

  /** A datagram's packets, each behind its record header; what is cut short is the decoder's to refuse. */
  private packets(
    bytes: Buffer,
    { record, segments, stored }: PacketFraming,
    emit: (packet: Buffer) => void,
  ): void {
    const isStored = stored === "all";
    if (record.bytes === 0 && segments === "refuse") {
      this.counters.packets++;
      return this.receive(bytes, 1, isStored);
    }
    for (let at = 0; at < bytes.length;) {
      const size = recordSize(record, bytes, at);
      const left = bytes.length - at;
      if (size === 0 || left <= record.bytes) {
        this.counters.skippedBytes += left;
        return;
      }
      if (size === undefined || size > left) {
        return this.receive(bytes.subarray(at + record.bytes), 1, isStored);
      }
      emit(bytes.subarray(at + record.bytes, at + size));
      at += size;
    }
  }
}
