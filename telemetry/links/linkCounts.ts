/** Counts of a link: what came, what was taken, and every way in which something was not. */

/** Reasons of refused frames. A closed list, because it is a label. */
export const frameRefusals = [
  /** The CRC-16 at the end is wrong. */
  "fecf",
  /** Another version than TM's or AOS's. */
  "version",
  /** Another spacecraft's identifier than the setting. */
  "spacecraft",
  /** A virtual channel that the setting does not name, or one more than can be kept. */
  "virtual_channel",
  /** Not packets (TM's synchronisation flag), or headers longer than the frame. */
  "content",
  /** A first header pointer behind the end of the data. */
  "first_header",
  /** A message that is not as long as its frames, or an end in the middle of one. */
  "length",
] as const;

export type FrameRefusal = (typeof frameRefusals)[number];

export class LinkCounts {
  connections = 0;
  /** Bytes received, record headers, sync markers and parity included. */
  bytes = 0;
  /** Packets, or datagrams of them, passed on to the decoder. */
  packets = 0;
  /** Bytes that belong to no packet or frame. */
  skippedBytes = 0;
  /** Frames taken, idle ones included. */
  frames = 0;
  idleFrames = 0;
  duplicateFrames = 0;
  /** Frames that the counts of the virtual channels skipped. */
  missingFrames = 0;
  readonly refusedFrames = Object.fromEntries(frameRefusals.map((reason) => [reason, 0])) as Record<
    FrameRefusal,
    number
  >;
  /** Packets in frames whose beginning was received and whose rest was not, or was no packet. */
  cutPackets = 0;
  /** Packets made of several segments. */
  joinedPackets = 0;
  /** Segments of packets that never were whole. */
  droppedSegments = 0;
}
