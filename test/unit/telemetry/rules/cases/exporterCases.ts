import type { AlertCase, Firing } from "../alertCase";
import { ownSeries, power, series, spacecraft, target } from "./series";

const up = ownSeries("up");
const about = (summary: string, description: string, labels: Firing["labels"] = target): Firing[] => [
  { labels, summary, description },
];

const down = "The telemetry exporter does not answer";

const availability: AlertCase[] = [
  {
    alert: "TelemetryExporterDown",
    it: "fires when the scrape fails",
    series: { [up]: "1x5 0x20" },
    at: "2m",
    notYetAt: "80s",
    firing: about(
      down,
      "Prometheus cannot scrape the exporter 10.0.0.7:9464 of job perigee-telemetry: no telemetry is recorded and no limit is watched (up is not 1, value 0).",
    ),
  },
  {
    alert: "TelemetryExporterDown",
    it: "fires when there is no exporter to scrape",
    series: { [ownSeries("up", { job: "another" })]: "1x20" },
    at: "2m",
    firing: about(
      down,
      "Prometheus cannot scrape the exporter  of job perigee-telemetry: no telemetry is recorded and no limit is watched (up is not 1, value 1).",
      { job: "perigee-telemetry" },
    ),
  },
  {
    alert: "TelemetryExporterDown",
    it: "is silent about a pod that was rolled away, while another of the same Service answers",
    series: {
      [ownSeries("up", { namespace: "telemetry", service: "telemetry" })]: "1x5 0x20",
      [ownSeries("up", { namespace: "telemetry", service: "telemetry", instance: "10.0.0.8:9464" })]: "1x25",
    },
    at: "3m",
    firing: [],
  },
  {
    alert: "TelemetryExporterDown",
    it: "fires for one of two exporters that no Service joins",
    series: { [up]: "1x5 0x20", [ownSeries("up", { instance: "10.0.0.8:9464" })]: "1x25" },
    at: "2m",
    firing: about(
      down,
      "Prometheus cannot scrape the exporter 10.0.0.7:9464 of job perigee-telemetry: no telemetry is recorded and no limit is watched (up is not 1, value 0).",
    ),
  },
  {
    alert: "TelemetryExporterDown",
    it: "is silent while the exporter answers, and over a single failed scrape",
    series: { [up]: "1x5 0 1x20" },
    at: "70s",
    firing: [],
  },
  {
    alert: "TelemetryExporterRestarting",
    it: "fires at the third restart in a quarter of an hour",
    series: { [ownSeries("process_start_time_seconds")]: "1x10 100x10 200x10 300x10" },
    at: "6m",
    firing: about(
      "The telemetry exporter keeps restarting",
      "The exporter 10.0.0.7:9464 started again 3 times in 15 minutes (limit 2).",
    ),
  },
  {
    alert: "TelemetryExporterRestarting",
    it: "is silent after one restart",
    series: { [ownSeries("process_start_time_seconds")]: "1x10 100x30" },
    at: "6m",
    firing: [],
  },
];

const build = (dictionary: string): string =>
  ownSeries("perigee_telemetry_build_info", { version: "0.1.0", dictionary });
const period = series("bus_packet_period_seconds", power);
const limit = series("bus_parameter_limit", {
  parameter: "bus_power_battery_voltage_volts",
  severity: "red",
  bound: "low",
});

const coherence: AlertCase[] = [
  {
    alert: "TelemetryDictionaryMismatch",
    it: "fires when the exporter decodes with another dictionary",
    series: { [build("perigee-12u 0.9.0")]: "1x60" },
    at: "6m",
    notYetAt: "4m50s",
    firing: about(
      "The telemetry exporter runs another dictionary than the alert rules",
      "The exporter 10.0.0.7:9464 decodes with the dictionary perigee-12u 0.9.0, the rules were made from perigee-12u 1.0.0: limits may be missing or wrong (exporters concerned: 1, limit 0).",
      { ...target, version: "0.1.0", dictionary: "perigee-12u 0.9.0" },
    ),
  },
  {
    alert: "TelemetryDictionaryMismatch",
    it: "is silent with the rules' own dictionary",
    series: { [build("perigee-12u 1.0.0")]: "1x60" },
    at: "6m",
    firing: [],
  },
  {
    alert: "TelemetryDictionaryMismatch",
    it: "is silent during a rolling update",
    series: { [build("perigee-12u 0.9.0")]: "1x12 stale", [build("perigee-12u 1.0.0")]: "_x10 1x60" },
    at: "4m",
    firing: [],
  },
  {
    alert: "TelemetryLimitsMissing",
    it: "fires when a spacecraft has no limits",
    series: { [period]: "1x60" },
    at: "2m",
    notYetAt: "50s",
    firing: about(
      "perigee-1: no parameter has a limit",
      "The exporter serves no bus_parameter_limit: 0 parameters are watched (at least 1 expected), so no limit alarm can fire.",
      { spacecraft },
    ),
  },
  {
    alert: "TelemetryLimitsMissing",
    it: "is silent while limits are served",
    series: { [period]: "1x60", [limit]: "13.2x60" },
    at: "2m",
    firing: [],
  },
];

const memory = ownSeries("process_resident_memory_bytes");
const processor = ownSeries("process_cpu_seconds_total");
const dropped = ownSeries("perigee_telemetry_dropped_datagrams_total");
const lag = ownSeries("nodejs_eventloop_lag_p99_seconds");
const scrape = ownSeries("scrape_duration_seconds");

/** What the alert watches, beyond its limit and within it. */
const resource = (
  alert: string,
  watched: string,
  [beyond, within]: readonly [beyond: string, within: string],
  firing: Firing[],
  lasting: Pick<AlertCase, "notYetAt"> = { notYetAt: "4m50s" },
): AlertCase[] => [
  { alert, it: "fires beyond its limit", series: { [watched]: beyond }, at: "12m", firing, ...lasting },
  { alert, it: "is silent within its limit", series: { [watched]: within }, at: "12m", firing: [] },
];

const resources: AlertCase[] = [
  ...resource(
    "TelemetryExporterDroppingDatagrams",
    dropped,
    ["0+2x80", "7x80"],
    about(
      "The telemetry exporter loses datagrams",
      "The kernel dropped 60 datagrams of 10.0.0.7:9464 in 5 minutes (limit 0): they arrive faster than the exporter reads them.",
    ),
    {},
  ),
  ...resource(
    "TelemetryExporterMemoryHigh",
    memory,
    [`${250 * 1024 ** 2}x80`, `${120 * 1024 ** 2}x80`],
    about("Memory of the telemetry exporter is high", "10.0.0.7:9464 uses 250MiB (limit 200MiB)."),
  ),
  {
    alert: "TelemetryExporterMemoryHigh",
    it: "is silent over a peak of four minutes",
    series: { [memory]: `1e8x40 ${250 * 1024 ** 2}x23 1e8x40` },
    at: "12m",
    firing: [],
  },
  ...resource(
    "TelemetryExporterBusy",
    processor,
    ["0+9x80", "0+5x80"],
    about(
      "The telemetry exporter is CPU-bound",
      "10.0.0.7:9464 uses 0.90 cores (limit 0.8; it may use 1, and has one main thread).",
    ),
  ),
  ...resource(
    "TelemetryExporterEventLoopLag",
    lag,
    ["0.5x80", "0.02x80"],
    about(
      "The telemetry exporter reads packets late",
      "Packets wait up to 500ms in 10.0.0.7:9464 (99th percentile, limit 250ms).",
    ),
  ),
  ...resource(
    "TelemetryExporterSlowScrape",
    scrape,
    ["0.75x80", "0.01x80"],
    about("The telemetry exporter answers slowly", "A scrape of 10.0.0.7:9464 takes 750ms (limit 500ms)."),
  ),
];

const linkName = "tcp://station:5000";
const connections = (link: string): string => ownSeries("perigee_telemetry_link_connections", { link });
const badFrames = ownSeries("perigee_telemetry_link_bad_frames_total", { link: linkName, reason: "fecf" });

const inputs: AlertCase[] = [
  {
    alert: "TelemetryLinkDown",
    it: "fires when a station is not reached for two minutes",
    series: { [connections(linkName)]: "1x12 0x60" },
    at: "6m",
    notYetAt: "2m50s",
    firing: about(
      `The telemetry exporter is not connected to ${linkName}`,
      `0 connections to ${linkName} for 2 minutes (at least 1 expected): no packet comes that way.`,
      { link: linkName },
    ),
  },
  {
    alert: "TelemetryLinkDown",
    it: "is silent about a server to which no station is connected",
    series: { [connections("tcp-server://0.0.0.0:10016")]: "0x60" },
    at: "6m",
    firing: [],
  },
  ...resource(
    "TelemetryLinkBadFrames",
    badFrames,
    ["0+2x80", "7x80"],
    about(
      `Transfer frames of ${linkName} cannot be used (fecf)`,
      "60 frames in 5 minutes were refused, reason fecf (limit 0): the packets in them are lost.",
      { link: linkName, reason: "fecf" },
    ),
    { notYetAt: "30s" },
  ),
];

export const exporterCases: readonly AlertCase[] = [...availability, ...coherence, ...resources, ...inputs];
