/** Alert rules of the history and the packet archive: what is lost, or not written. Without them they have no series. */
import { alertLimits } from "./limits";
import { type AlertRule, alertRule } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

export function keepingAlerts(settings: RuleSettings): AlertRule[] {
  const of = seriesOf(settings.job);
  const { historySilentSeconds: silent, copyBehindSeconds: behind } = alertLimits;
  const common = { severity: "warning", team: "ground-segment", subsystem: "exporter" } as const;
  const lost = (metric: string, ...matchers: readonly string[]): string =>
    `sum by (instance, reason) (increase(${of(metric, ...matchers)}[15m])) > 0`;
  return [
    {
      ...common,
      alert: "TelemetryHistoryDropped",
      // What has no on-board time is so by the dictionary.
      expr: lost("perigee_telemetry_history_dropped_samples_total", 'reason!="no_time"'),
      forSeconds: 900,
      summary: "Samples are not in the history ({{ $labels.reason }})",
      description: `{{ $value | printf "%.0f" }} samples in 15 minutes are not stored at their on-board time, reason {{ $labels.reason }} (limit 0); the live values are not concerned.`,
    },
    {
      ...common,
      alert: "TelemetryHistoryNotWritten",
      expr: `${of("perigee_telemetry_history_queued_samples")} > 0 and time() - ${of("perigee_telemetry_history_last_write_timestamp_seconds")} > ${silent}`,
      forSeconds: 300,
      summary: "The history is not written",
      description: `{{ $value | printf "%.0f" }} samples wait in {{ $labels.instance }} and none was written for a while (limit ${silent / 60} minutes): Prometheus does not take them.`,
    },
    {
      ...common,
      alert: "TelemetryArchiveDropped",
      expr: lost("perigee_telemetry_archive_dropped_packets_total"),
      forSeconds: 60,
      summary: "Packets are not in the archive ({{ $labels.reason }})",
      description: `{{ $value | printf "%.0f" }} packets in 15 minutes are not in the archive, reason {{ $labels.reason }} (limit 0).`,
    },
    {
      ...common,
      alert: "TelemetryArchiveNotCopied",
      expr: `${of("perigee_telemetry_archive_copy_waiting_bytes")} and time() - ${of("perigee_telemetry_archive_copy_whole_timestamp_seconds")} > ${behind}`,
      forSeconds: 60,
      summary: "The packet archive is not copied",
      description: `The archive of {{ $labels.instance }} was last copied whole to the object store more than ${behind / 60} minutes ago (limit); {{ $value | humanize1024 }}B are known to wait.`,
    },
    {
      ...common,
      alert: "TelemetryArchiveCopyLost",
      expr: `increase(${of("perigee_telemetry_archive_copy_lost_bytes_total")}[15m]) > 0`,
      forSeconds: 0,
      summary: "Packets were removed before they were copied",
      description: `{{ $value | humanize1024 }}B of {{ $labels.instance }}'s archive were removed by its bounds within 15 minutes, and are not in the object store (limit 0).`,
    },
  ].map((spec) => alertRule(spec, settings));
}
