/** Alert rules of the exporter's links: a station that is not reached, frames that cannot be used. */
import { type AlertRule, alertRule } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/** Alerts about the way from a station to the exporter. Without such links their series are those of the UDP port. */
export function inputAlerts(settings: RuleSettings): AlertRule[] {
  const of = seriesOf(settings.job);
  const common = { severity: "warning", team: "ground-segment", subsystem: "exporter" } as const;
  return [
    {
      ...common,
      alert: "TelemetryLinkDown",
      // Only links that the exporter opens itself: to its server, stations connect when they have something to send.
      expr: `max by (link) (${of("perigee_telemetry_link_connections", 'link=~"tcp://.*|mqtts?://.*"')}) == 0`,
      forSeconds: 120,
      summary: "The telemetry exporter is not connected to {{ $labels.link }}",
      description: `{{ $value | printf "%.0f" }} connections to {{ $labels.link }} for 2 minutes (at least 1 expected): no packet comes that way.`,
    },
    {
      ...common,
      alert: "TelemetryLinkBadFrames",
      expr: `sum by (link, reason) (increase(${of("perigee_telemetry_link_bad_frames_total")}[5m])) > 0`,
      forSeconds: 30,
      summary: "Transfer frames of {{ $labels.link }} cannot be used ({{ $labels.reason }})",
      description: `{{ $value | printf "%.0f" }} frames in 5 minutes were refused, reason {{ $labels.reason }} (limit 0): the packets in them are lost.`,
    },
  ].map((spec) => alertRule(spec, settings));
}
