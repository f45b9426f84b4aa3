/** Counters of one link, from its bytes to the packets that it gives to the decoder. */

/** Reasons for which a frame is not used. A closed list, because it is a label. */
export const badFrameReasons = [
  /** The frame error control field does not match. */
  "fecf",
  /** Another transfer frame version than the setting's (TM 0, AOS 1). */
  "version",
  /** A first header pointer outside of the frame, or a header longer than the frame. */
  "pointer",
  /** Data that is no packets: the synchronisation flag of a TM frame is set. */
  "data",
  /** More virtual channels than are followed. */
  "channels",
  /** A datagram or message that is not a whole number of frames. */
  "length",
] as const;

export type BadFrameReason = (typeof badFrameReasons)[number];

export class LinkCounters {
  receivedBytes = 0;
  /** Packets given to the decoder, joined ones once. */
  packets = 0;
  /** Bytes in which no packet or frame was found. */
  skippedBytes = 0;
  /** Packets of which only a part came, or whose length cannot be right in their frames. */
  cutPackets = 0;
  /** Frames of the right length, before any check. */
  frames = 0;
  /** Frames that the virtual channels' counters skipped. */
  frameGaps = 0;
  /** Frames that came before with the same content; not used. */
  duplicateFrames = 0;
  /** Frames that came behind a newer one, which had counted them as a gap; not used. */
  lateFrames = 0;
  /** Times that the counter of an AOS channel began again. */
  frameRestarts = 0;
  /** Frames without packets: of the idle virtual channel, or with idle data only. */
  idleFrames = 0;
  /** Frames of a spacecraft or virtual channel that is not asked for. */
  otherFrames = 0;
  /** Packets made of several segments. */
  joinedPackets = 0;
  /** Segments of packets that never were whole. */
  droppedSegments = 0;
  readonly badFrames: Record<BadFrameReason, number> = {
    ...{ fecf: 0, version: 0, pointer: 0, data: 0, channels: 0, length: 0 },
  };
}
