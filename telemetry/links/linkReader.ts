/** Reader of one connection, or of the messages of one socket, as the link's options say. */
import type { ByteReader } from "./byteWindow";
import { FrameStream } from "./frameStream";
import type { LinkCounts } from "./linkCounts";
import type { LinkOptions } from "./linkOptions";
import { type ExpectedPackets, PacketStream } from "./packetStream";
import { SegmentJoiner } from "./segmentJoiner";

/** Receiver of packets. @param segments how many segments the packet was joined of */
export type OnPacket = (bytes: Buffer, segments: number) => void;

export interface LinkReader extends ByteReader {
  /** Forgets what was begun, as when a connection ends. */
  reset(): void;
}

export interface LinkReaderArgs {
  readonly options: LinkOptions;
  readonly expected: ExpectedPackets;
  readonly counts: LinkCounts;
  readonly onPacket: OnPacket;
}

/** Reader of a stream: `end` and `reset` when the connection ends. */
export function streamReader({ options, expected, counts, onPacket }: LinkReaderArgs): LinkReader {
  const counted: OnPacket = (packet, segments) => {
    counts.packets++;
    onPacket(packet, segments);
  };
  const joiner = options.joinsSegments ? new SegmentJoiner(counts, counted) : undefined;
  const add = joiner
    ? (packet: Buffer): void => joiner.add(packet)
    : (packet: Buffer): void => counted(packet, 1);
  const { content } = options;
  const frames = content.framing === "packets" ? undefined : new FrameStream(content, counts, add);
  const reader =
    frames ??
    new PacketStream({
      record: content.framing === "packets" ? content.record : { bytes: 0 },
      takesSegments: options.joinsSegments,
      expected,
      counts,
      onPacket: add,
    });
  return {
    push: (bytes) => {
      counts.bytes += bytes.length;
      reader.push(bytes);
    },
    end: () => reader.end(),
    reset: () => {
      frames?.reset();
      joiner?.reset();
    },
  };
}

/** Reader of messages, each of whole packets or frames: datagrams of packets alone go to the decoder as they are. */
export function messageReader(args: LinkReaderArgs): (message: Buffer) => void {
  const { options, counts, onPacket } = args;
  const { content } = options;
  if (content.framing === "packets" && content.record.bytes === 0 && !options.joinsSegments) {
    return (message) => {
      counts.bytes += message.length;
      counts.packets++;
      onPacket(message, 1);
    };
  }
  const reader = streamReader(args);
  return (message) => {
    reader.push(message);
    reader.end();
  };
}
