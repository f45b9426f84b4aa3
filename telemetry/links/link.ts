/** One link: what comes from a source becomes packets, and is counted on the way. */
import type { Stream } from "./byteWindow";
import { LinkCounters } from "./counters";
import type { ExpectedPackets } from "./expectedPackets";
import { FramePipeline } from "./framePipeline";
import type { PacketFraming } from "./framing";
import { Outlets } from "./outlets";
import { PacketStream } from "./packetStream";
import { recordSize } from "./recordHeader";
import type { OnPacket } from "./segments";
import type { Source } from "./source";

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
    const outlets = this.outlets();
    if (framing.framing === "packets") {
      const emit = outlets.of(framing.spacecraft);
      this.messages = (bytes) => this.packets(bytes, framing, emit);
    } else {
      const pipeline = new FramePipeline(framing, this.counters, outlets);
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
    const outlets = this.outlets();
    const takesSegments = framing.segments === "join";
    const inner =
      framing.framing === "packets"
        ? new PacketStream({
            ...framing,
            ...{ takesSegments, expected, counters, emit: outlets.of(framing.spacecraft) },
          })
        : new FramePipeline(framing, counters, outlets);
    return {
      push: (chunk) => {
        counters.receivedBytes += chunk.length;
        inner.push(chunk);
      },
      end: () => {
        inner.end();
        outlets.end();
      },
    };
  }

  private outlets(): Outlets {
    return new Outlets(this.source.framing, this.counters, this.receive);
  }

  /** A datagram's packets, each behind its record header; what is cut short is the decoder's to refuse. */
  private packets(
    bytes: Buffer,
    { record, segments, stored, spacecraft }: PacketFraming,
    emit: (packet: Buffer) => void,
  ): void {
    const isStored = stored === "all";
    if (record.bytes === 0 && segments === "refuse") {
      this.counters.packets++;
      return this.receive(bytes, 1, isStored, spacecraft);
    }
    for (let at = 0; at < bytes.length;) {
      const size = recordSize(record, bytes, at);
      const left = bytes.length - at;
      if (size === 0 || left <= record.bytes) {
        this.counters.skippedBytes += left;
        return;
      }
      if (size === undefined || size > left) {
        return this.receive(bytes.subarray(at + record.bytes), 1, isStored, spacecraft);
      }
      emit(bytes.subarray(at + record.bytes, at + size));
      at += size;
    }
  }
}
