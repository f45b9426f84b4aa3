/** Metric families of the links: names, texts and samples as plain values, for the exporter's registry. */
import { frameRefusals, type LinkCounts } from "./linkCounts";
import type { Link } from "./links";

export interface LinkFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: () => { labels: Record<string, string>; value: number }[];
}

/** A counter, and what it counts. */
const counters: readonly (readonly [name: string, help: string, count: (counts: LinkCounts) => number])[] = [
  ["connections", "Connections that were made", (counts) => counts.connections],
  ["received_bytes", "Bytes received, headers of records and frames included", (counts) => counts.bytes],
  ["packets", "Packets, or datagrams of them, passed to the decoder", (counts) => counts.packets],
  ["skipped_bytes", "Bytes that belong to no packet or frame", (counts) => counts.skippedBytes],
  ["frames", "Transfer frames taken", (counts) => counts.frames],
  ["idle_frames", "Transfer frames without packets", (counts) => counts.idleFrames],
  [
    "duplicate_frames",
    "Transfer frames with the count of the one before",
    (counts) => counts.duplicateFrames,
  ],
  [
    "missing_frames",
    "Transfer frames that the count of a virtual channel skipped",
    (counts) => counts.missingFrames,
  ],
  ["cut_packets", "Packets whose rest was not in the frames that followed", (counts) => counts.cutPackets],
  ["joined_packets", "Packets made of several segments", (counts) => counts.joinedPackets],
  ["dropped_segments", "Segments of packets that never were whole", (counts) => counts.droppedSegments],
];

export function linkFamilies(links: readonly Link[]): LinkFamily[] {
  const labelled = links.map((link) => ({ link, labels: { link: link.name } }));
  const refused = links.flatMap((link) =>
    frameRefusals.map((reason) => ({ link, reason, labels: { link: link.name, reason } })),
  );
  return [
    {
      name: "perigee_telemetry_link_up",
      help: "1 while the link listens or is connected",
      type: "gauge",
      samples: () => labelled.map(({ link, labels }) => ({ labels, value: link.isUp() ? 1 : 0 })),
    },
    ...counters.map(([name, help, count]): LinkFamily => ({
      name: `perigee_telemetry_link_${name}_total`,
      help,
      type: "counter",
      samples: () => labelled.map(({ link, labels }) => ({ labels, value: count(link.counts) })),
    })),
    {
      name: "perigee_telemetry_link_refused_frames_total",
      help: "Transfer frames that were not taken",
      type: "counter",
      samples: () =>
        refused.map(({ link, reason, labels }) => ({ labels, value: link.counts.refusedFrames[reason] })),
    },
  ];
}
