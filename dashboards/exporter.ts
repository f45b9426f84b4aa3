/** Dashboard of the telemetry exporter: availability, input, load, delays, runtime, and the limits of its alerts. */
import {
  type Dictionary,
  exporterMetricNames as names,
  scrapeIntervalSeconds,
} from "../telemetry/dictionary";
import { quoted } from "../telemetry/quoting";
import {
  alertLimits,
  defaultRuleSettings,
  exporterBusyCores,
  exporterMemoryLimit,
  recorded,
} from "../telemetry/rules";
import type { DashboardSettings } from ".";
import { linkPanels } from "./exporterLinks";
import { frame, uids } from "./frame";
import { keepingPanels } from "./history";
import { graph, limitedGraph, type PanelSpec, stat, table, timeline, valueMap } from "./panels";
import { now, overTime, rows } from "./queries";
import type { model, StatBuilder, TableBuilder, TimeseriesBuilder } from "./sdk";
import { colours } from "./style";

/** Dashboard with availability, input and resource usage of the exporter. Its limits are those of the alert rules. */
export function exporterDashboard(
  dictionary: Dictionary,
  settings: DashboardSettings,
): model.DashboardBuilder {
  const of = `{job=${quoted(defaultRuleSettings.job)}}`;
  // Grafana has the scrape interval of the cluster, not of the exporter: this step contains four of its samples.
  const step = `${4 * scrapeIntervalSeconds(dictionary)}s`;
  const board = frame(dictionary, {
    uid: uids.exporter,
    title: "Telemetry exporter",
    description: "The exporter itself: availability, load and resources, with the limits of its alerts.",
    perSpacecraft: false,
  }).withPanel(answering(of));
  const parts = [
    headlines(of),
    [builds()],
    intake(of, step),
    linkPanels(of, step),
    keepingPanels(of, step, settings),
    load(exporterMemoryLimit(dictionary, settings.fleetSize), exporterBusyCores(settings.cores), of, step),
    delays(of),
    runtime(of, step),
  ];
  for (const panel of parts.flat()) board.withPanel(panel);
  return board;
}

function answering(of: string): ReturnType<typeof timeline> {
  return timeline({
    key: "up",
    title: "Answering",
    description: "Whether Prometheus can scrape the exporter.",
    unit: "none",
    queries: [overTime(`up${of}`, "{{instance}}")],
  }).mappings([
    valueMap([
      [0, "down", colours.red],
      [1, "up", colours.nominal],
    ]),
  ]);
}

function headlines(of: string): StatBuilder[] {
  return [
    stat({
      key: "started",
      title: "Running for",
      description: "Time since the exporter's process started.",
      unit: "s",
      width: 6,
      queries: [now(`time() - max(process_start_time_seconds${of})`, "running")],
    }),
    stat({
      key: "limits",
      title: "Parameters watched",
      description: "Parameters with a limit that is in force, by spacecraft.",
      unit: "none",
      width: 6,
      queries: [now(recorded.limitedParameters, "{{spacecraft}}")],
    }),
    stat({
      key: "samples",
      title: "Series",
      description: "Samples in the exporter's last answer.",
      unit: "short",
      width: 6,
      queries: [now(`sum(scrape_samples_scraped${of})`, "series")],
    }),
    stat({
      key: "buffer",
      title: "Receive buffer",
      description: "Size of the kernel's buffer for datagrams that wait to be read.",
      unit: "bytes",
      width: 6,
      queries: [now(`max(perigee_telemetry_receive_buffer_bytes${of})`, "buffer")],
    }),
  ];
}

function builds(): TableBuilder {
  return table({
    key: "builds",
    title: "What is running",
    description: "Version of each exporter and the dictionary that it decodes with.",
    unit: "none",
    height: 5,
    queries: [rows(names.buildInfo)],
  }).transformations([
    {
      id: "organize",
      options: {
        excludeByName: { Time: true, Value: true, __name__: true },
        indexByName: { instance: 0, version: 1, dictionary: 2 },
      },
    },
  ]);
}

function intake(of: string, step: string): TimeseriesBuilder[] {
  return [
    graph({
      key: "datagrams",
      title: "Datagrams",
      description: "Datagrams received per second.",
      unit: "pps",
      queries: [
        overTime(`rate(perigee_telemetry_datagrams_total${of}[$__rate_interval])`, "{{instance}}").interval(
          step,
        ),
      ],
    }),
    graph({
      key: "bytes",
      title: "Received",
      description: "Bytes received per second.",
      unit: "Bps",
      queries: [
        overTime(
          `rate(perigee_telemetry_received_bytes_total${of}[$__rate_interval])`,
          "{{instance}}",
        ).interval(step),
      ],
    }),
    loadGraph(
      {
        key: "dropped",
        title: "Dropped datagrams (per 5 minutes)",
        description: "Datagrams that the kernel dropped because they came faster than they were read.",
        unit: "none",
        queries: [overTime(`increase(perigee_telemetry_dropped_datagrams_total${of}[5m])`, "{{instance}}")],
      },
      1,
    ),
  ];
}

/** A graph whose axis reaches to the limit of its alert. */
function loadGraph(spec: PanelSpec, limit: number): TimeseriesBuilder {
  return limitedGraph(spec, limit, colours.yellow).axisSoftMin(0).axisSoftMax(limit);
}

function load(memoryBytes: number, cores: number, of: string, step: string): TimeseriesBuilder[] {
  return [
    loadGraph(
      {
        key: "memory",
        title: "Memory",
        description: "Resident memory of the process, and what of it JavaScript's heap uses.",
        unit: "bytes",
        queries: [
          overTime(`process_resident_memory_bytes${of}`, "{{instance}} resident"),
          overTime(`nodejs_heap_size_used_bytes${of}`, "{{instance}} heap"),
        ],
      },
      memoryBytes,
    ),
    loadGraph(
      {
        key: "cpu",
        title: "Processor",
        description: "Cores used, of what `telemetry.cores` gives it. The exporter decodes in one thread.",
        unit: "suffix:cores",
        queries: [
          overTime(`rate(process_cpu_seconds_total${of}[$__rate_interval])`, "{{instance}}").interval(step),
        ],
      },
      cores,
    ),
  ];
}

function delays(of: string): TimeseriesBuilder[] {
  return [
    loadGraph(
      {
        key: "lag",
        title: "Event loop lag",
        description: "How long work waits before it runs: half of it at most this long, and 99 % of it.",
        unit: "s",
        queries: [
          overTime(`nodejs_eventloop_lag_p50_seconds${of}`, "{{instance}} median"),
          overTime(`nodejs_eventloop_lag_p99_seconds${of}`, "{{instance}} 99 %"),
        ],
      },
      alertLimits.exporterLoopLagSeconds,
    ),
    loadGraph(
      {
        key: "scrape",
        title: "Scrape duration",
        description: "How long Prometheus waits for the exporter's answer.",
        unit: "s",
        queries: [overTime(`scrape_duration_seconds${of}`, "{{instance}}")],
      },
      alertLimits.exporterScrapeSeconds,
    ),
  ];
}

function runtime(of: string, step: string): TimeseriesBuilder[] {
  return [
    graph({
      key: "collections",
      title: "Garbage collection",
      description: "Share of the time spent on collecting garbage.",
      unit: "percentunit",
      queries: [
        overTime(
          `sum by (instance) (rate(nodejs_gc_duration_seconds_total${of}[$__rate_interval]))`,
          "{{instance}}",
        ).interval(step),
      ],
    }),
    graph({
      key: "files",
      title: "Open files and connections",
      description: "File descriptors in use.",
      unit: "none",
      queries: [overTime(`process_open_fds${of}`, "{{instance}}")],
    }),
  ];
}
