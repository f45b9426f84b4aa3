/** Alert rules of the exporter: availability, match with the dictionary, resource usage. */
import { type Dictionary, exporterMetricNames as names } from "../dictionary";
import { inTemplate, quoted } from "../quoting";
import { alertLimits, exporterBusyCores, exporterMemoryLimit } from "./limits";
import { recorded } from "./recordingRules";
import { type AlertRule, alertRule, type AlertSpec } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/** Alerts about the exporter: without it there is no telemetry. */
export function exporterAlerts(dictionary: Dictionary, settings: RuleSettings): AlertRule[] {
  return [
    ...availability(settings),
    ...coherence(dictionary, settings),
    ...resources(dictionary, settings),
  ].map((spec) => alertRule({ team: "ground-segment", subsystem: "exporter", ...spec }, settings));
}

type ExporterAlertSpec = Omit<AlertSpec, "team" | "subsystem">;

function availability(settings: RuleSettings): ExporterAlertSpec[] {
  const { job } = settings;
  const of = seriesOf(settings.job);
  return [
    {
      alert: "TelemetryExporterDown",
      // When Prometheus restarts during a rollout, the replaced pod stays in its samples for five minutes: the alert
      // fires only if no pod of the same Service is up.
      expr:
        `(${of("up")} == 0 unless on (job, namespace, service) ${of("up", 'service!=""')} == 1) ` +
        `or absent(${of("up")})`,
      forSeconds: 30,
      severity: "critical",
      summary: "The telemetry exporter does not answer",
      description: `Prometheus cannot scrape the exporter {{ $labels.instance }} of job ${inTemplate(job)}: no telemetry is recorded and no limit is watched (up is not 1, value {{ $value | printf "%.0f" }}).`,
    },
    {
      alert: "TelemetryExporterRestarting",
      expr: `changes(${of("process_start_time_seconds")}[15m]) > 2`,
      forSeconds: 0,
      severity: "warning",
      summary: "The telemetry exporter keeps restarting",
      description: `The exporter {{ $labels.instance }} started again {{ $value | printf "%.0f" }} times in 15 minutes (limit 2).`,
    },
  ];
}

/** Alerts when rules and exporter do not match. */
function coherence({ name, version }: Dictionary, settings: RuleSettings): ExporterAlertSpec[] {
  const of = seriesOf(settings.job);
  const expected = `${name} ${version}`;
  return [
    {
      alert: "TelemetryDictionaryMismatch",
      expr: `${of(names.buildInfo, `dictionary!=${quoted(expected)}`)} == 1`,
      forSeconds: 300,
      severity: "warning",
      summary: "The telemetry exporter runs another dictionary than the alert rules",
      description: `The exporter {{ $labels.instance }} decodes with the dictionary {{ $labels.dictionary }}, the rules were made from ${inTemplate(expected)}: limits may be missing or wrong (exporters concerned: {{ $value | printf "%.0f" }}, limit 0).`,
    },
    {
      alert: "TelemetryLimitsMissing",
      expr: `max by (spacecraft) (${of(names.packetPeriod)}) * 0 unless on (spacecraft) ${recorded.limitedParameters}`,
      forSeconds: 60,
      severity: "critical",
      summary: "{{ $labels.spacecraft }}: no parameter has a limit",
      description: `The exporter serves no ${names.parameterLimit}: {{ $value | printf "%.0f" }} parameters are watched (at least 1 expected), so no limit alarm can fire.`,
    },
  ];
}

function resources(dictionary: Dictionary, settings: RuleSettings): ExporterAlertSpec[] {
  const exporterMemoryBytes = exporterMemoryLimit(dictionary, settings.fleetSize);
  const { exporterLoopLagSeconds, exporterScrapeSeconds } = alertLimits;
  const busyCores = exporterBusyCores(settings.cores);
  const of = seriesOf(settings.job);
  const warning = { severity: "warning" } as const;
  return [
    {
      ...warning,
      alert: "TelemetryExporterDroppingDatagrams",
      expr: `increase(${of("perigee_telemetry_dropped_datagrams_total")}[5m]) > 0`,
      forSeconds: 0,
      summary: "The telemetry exporter loses datagrams",
      description: `The kernel dropped {{ $value | printf "%.0f" }} datagrams of {{ $labels.instance }} in 5 minutes (limit 0): they arrive faster than the exporter reads them.`,
    },
    {
      ...warning,
      alert: "TelemetryExporterMemoryHigh",
      expr: `${of("process_resident_memory_bytes")} > ${exporterMemoryBytes}`,
      forSeconds: 300,
      summary: "Memory of the telemetry exporter is high",
      description: `{{ $labels.instance }} uses {{ $value | humanize1024 }}B (limit ${exporterMemoryBytes / 1024 ** 2}MiB).`,
    },
    {
      ...warning,
      alert: "TelemetryExporterBusy",
      expr: `rate(${of("process_cpu_seconds_total")}[5m]) > ${busyCores}`,
      forSeconds: 300,
      summary: "The telemetry exporter is CPU-bound",
      description: `{{ $labels.instance }} uses {{ $value | printf "%.2f" }} cores (limit ${busyCores}; it may use ${settings.cores}, and has one main thread).`,
    },
    {
      ...warning,
      alert: "TelemetryExporterEventLoopLag",
      expr: `${of("nodejs_eventloop_lag_p99_seconds")} > ${exporterLoopLagSeconds}`,
      forSeconds: 300,
      summary: "The telemetry exporter reads packets late",
      description: `Packets wait up to {{ $value | humanizeDuration }} in {{ $labels.instance }} (99th percentile, limit ${exporterLoopLagSeconds * 1000}ms).`,
    },
    {
      ...warning,
      alert: "TelemetryExporterSlowScrape",
      expr: `${of("scrape_duration_seconds")} > ${exporterScrapeSeconds}`,
      forSeconds: 300,
      summary: "The telemetry exporter answers slowly",
      description: `A scrape of {{ $labels.instance }} takes {{ $value | humanizeDuration }} (limit ${exporterScrapeSeconds * 1000}ms).`,
    },
  ];
}
