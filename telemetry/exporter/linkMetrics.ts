/** Metrics of the links: from the bytes of a source to the packets for the decoder. */
import { badFrameReasons, type LinkCounters } from "../links";
import type { Input } from "./inputs";
import { type Registry, SampledCounter, SampledGauge } from "./sampledMetric";

/** Counters of a link by the middle of their metrics' names. */
const counted: Readonly<Record<string, readonly [help: string, value: (counters: LinkCounters) => number]>> =
  {
    received_bytes: ["Bytes received", (counters) => counters.receivedBytes],
    packets: [
      "Packets (of bare packets in datagrams: datagrams) given to the decoder",
      (counters) => counters.packets,
    ],
    skipped_bytes: ["Bytes in which no packet or frame was found", (counters) => counters.skippedBytes],
    cut_packets: [
      "Packets of which only a part came, or whose length cannot be right",
      (counters) => counters.cutPackets,
    ],
    joined_packets: ["Packets made of several segments", (counters) => counters.joinedPackets],
    dropped_segments: ["Segments of packets that never were whole", (counters) => counters.droppedSegments],
    frames: ["Transfer frames received, before any check", (counters) => counters.frames],
    frame_gaps: [
      "Transfer frames that the virtual channels' counters skipped",
      (counters) => counters.frameGaps,
    ],
    duplicate_frames: ["Transfer frames that came a second time", (counters) => counters.duplicateFrames],
    late_frames: [
      "Transfer frames that came behind a newer one and are not used; each is in the gaps too",
      (counters) => counters.lateFrames,
    ],
    frame_restarts: [
      "Times that the counter of an AOS virtual channel began again",
      (counters) => counters.frameRestarts,
    ],
    idle_frames: [
      "Transfer frames without packets, also those that come again",
      (counters) => counters.idleFrames,
    ],
    other_frames: [
      "Transfer frames of spacecraft or virtual channels that are not asked for",
      (counters) => counters.otherFrames,
    ],
  };

/** @param created time from which the exporter counts, seconds since 1970 */
export function registerLinks(registry: Registry, inputs: readonly Input[], created: number): void {
  if (inputs.length === 0) return;
  const registers = [registry];
  const labelled = inputs.map((input) => ({ ...input, labels: { link: input.link.source.name } }));
  const prefix = "perigee_telemetry_link";
  new SampledGauge(
    {
      name: `${prefix}_connections`,
      help: "Connections that are open: a server's clients, 1 or 0 of a client, 1 of a UDP port",
      registers,
    },
    () => labelled.map(({ labels, transport }) => ({ labels, value: transport.connections() })),
  );
  new SampledCounter({ name: `${prefix}_connects_total`, help: "Connections made", created, registers }, () =>
    labelled.map(({ labels, transport }) => ({ labels, value: transport.connects() })),
  );
  for (const [name, [help, value]] of Object.entries(counted)) {
    new SampledCounter({ name: `${prefix}_${name}_total`, help, created, registers }, () =>
      labelled.map(({ labels, link }) => ({ labels, value: value(link.counters) })),
    );
  }
  const bad = labelled.flatMap(({ link, labels }) =>
    badFrameReasons.map((reason) => ({ link, reason, labels: { ...labels, reason } })),
  );
  const config = { name: `${prefix}_bad_frames_total`, help: "Transfer frames that were not used" };
  new SampledCounter({ ...config, created, registers }, () =>
    bad.map(({ link, reason, labels }) => ({ labels, value: link.counters.badFrames[reason] })),
  );
}
