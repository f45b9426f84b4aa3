/** Panels of the exporter's dashboard about its links: what comes, and what is lost on the way to the decoder. */
import { graph } from "./panels";
import { overTime } from "./queries";
import type { TimeseriesBuilder } from "./sdk";

/** What each link brings, and what of it is of no use. */
export function linkPanels(of: string, step: string): TimeseriesBuilder[] {
  const rate = (name: string): string => `rate(perigee_telemetry_link_${name}_total${of}[$__rate_interval])`;
  const lost = (name: string): string =>
    `sum by (link) (increase(perigee_telemetry_link_${name}_total${of}[5m])) > 0`;
  return [
    graph({
      key: "links",
      title: "Received by link",
      description: "Bytes received per second from each source.",
      unit: "Bps",
      queries: [overTime(`sum by (link) (${rate("received_bytes")})`, "{{link}}").interval(step)],
    }),
    graph({
      key: "connections",
      title: "Connections of links",
      description: "Open connections: a server's clients, 1 or 0 of a client, 1 of a UDP port.",
      unit: "none",
      queries: [overTime(`perigee_telemetry_link_connections${of}`, "{{link}}")],
    }),
    graph({
      key: "unused",
      title: "Lost on links (per 5 minutes)",
      description:
        "Transfer frames that were refused, by reason, or did not come; packets of which only a part came.",
      unit: "none",
      queries: [
        overTime(
          `sum by (link, reason) (increase(perigee_telemetry_link_bad_frames_total${of}[5m])) > 0`,
          "{{link}} bad frames: {{reason}}",
        ),
        overTime(lost("frame_gaps"), "{{link}} frames missing"),
        overTime(lost("cut_packets"), "{{link}} packets cut"),
        overTime(lost("dropped_segments"), "{{link}} segments dropped"),
      ],
    }),
  ];
}
