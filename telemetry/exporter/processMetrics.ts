/**
 * Metrics of the process: time, memory, files, event loop, heap, garbage collection. Names and meanings are those of
 * Prometheus' clients, where `promtool check metrics` takes them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { constants, monitorEventLoopDelay, performance, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { type Registry, type Sample, SampledCounter, SampledGauge } from "./sampledMetric";

const none = {};

/** Registers the metrics. What they measure starts here: the event loop's delay, the collector's pauses. */
export function registerProcess(registry: Registry): void {
  registerTimes(registry);
  registerMemory(registry);
  registerEventLoop(registry);
  registerCollector(registry);
}

type Read = () => number | undefined;

/** Gauge of one number; without one where the system does not tell. */
function gauge(registry: Registry, name: string, help: string, read: Read): void {
  const unit = /_(seconds|bytes)$/.exec(name)?.[1];
  new SampledGauge({ name, help, ...(unit && { unit }), registers: [registry] }, () => sampleOf(read()));
}

const sampleOf = (value: number | undefined): Sample[] =>
  value === undefined ? [] : [{ labels: none, value }];

/** Start of the process, seconds since 1970. */
const startTime = performance.timeOrigin / 1000;

function registerTimes(registry: Registry): void {
  const cpu = {
    name: "process_cpu_seconds_total",
    help: "User and system CPU time",
    unit: "seconds",
    created: startTime,
    registers: [registry],
  };
  new SampledCounter(cpu, () => {
    const { user, system } = process.cpuUsage();
    return sampleOf((user + system) / 1e6);
  });
  gauge(registry, "process_start_time_seconds", "Start of the process, seconds since 1970", () => startTime);
}

function registerMemory(registry: Registry): void {
  gauge(registry, "process_resident_memory_bytes", "Resident memory", () => process.memoryUsage.rss());
  gauge(registry, "process_open_fds", "Open file descriptors", openFiles);
  gauge(registry, "process_max_fds", "Most file descriptors that may be open", mostFiles);
  const heap = getHeapStatistics;
  gauge(
    registry,
    "nodejs_heap_size_limit_bytes",
    "Most memory that the heap may take",
    () => heap().heap_size_limit,
  );
  gauge(registry, "nodejs_heap_size_used_bytes", "Memory of the heap in use", () => heap().used_heap_size);
  gauge(
    registry,
    "nodejs_external_memory_bytes",
    "Memory outside the heap that objects hold, as buffers do",
    () => process.memoryUsage().external,
  );
}

/** Open file descriptors (Linux). */
function openFiles(): number | undefined {
  try {
    // One of them is the folder's own.
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return undefined;
  }
}

function mostFiles(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** Delay of the event loop since the last scrape: how late packets are read. */
function registerEventLoop(registry: Registry): void {
  const resolutionMilliseconds = 10;
  const delay = monitorEventLoopDelay({ resolution: resolutionMilliseconds });
  delay.enable();
  const seconds = (nanoseconds: number): number | undefined =>
    Number.isFinite(nanoseconds) ? nanoseconds / 1e9 : undefined;
  gauge(
    registry,
    "nodejs_eventloop_lag_p50_seconds",
    "Median delay of the event loop since the last scrape",
    () => seconds(delay.percentile(50)),
  );
  gauge(
    registry,
    "nodejs_eventloop_lag_p99_seconds",
    "Delay of the event loop since the last scrape, 99th percentile",
    () => seconds(delay.percentile(99)),
  );
  gauge(
    registry,
    "nodejs_eventloop_lag_max_seconds",
    "Longest delay of the event loop since the last scrape",
    () => {
      const longest = seconds(delay.max);
      delay.reset();
      return longest;
    },
  );
}

const collectorKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weakcb",
};

/** Pauses of the garbage collector, which delay the reading of packets. */
function registerCollector(registry: Registry): void {
  const pauses = new Map(
    Object.values(collectorKinds).map((kind) => [kind, { labels: { kind }, seconds: 0, times: 0 }]),
  );
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { duration } = entry;
      const kind = "detail" in entry ? (entry.detail as { kind?: number }).kind : undefined;
      const each = pauses.get(collectorKinds[kind ?? 0] ?? "");
      if (!each) continue;
      each.seconds += duration / 1000;
      each.times++;
    }
  }).observe({ entryTypes: ["gc"] });
  const dated = { created: startTime, registers: [registry] };
  new SampledCounter(
    {
      ...dated,
      name: "nodejs_gc_duration_seconds_total",
      help: "Time in garbage collections",
      unit: "seconds",
    },
    () => [...pauses.values()].map(({ labels, seconds }) => ({ labels, value: seconds })),
  );
  new SampledCounter({ ...dated, name: "nodejs_gc_runs_total", help: "Garbage collections" }, () =>
    [...pauses.values()].map(({ labels, times }) => ({ labels, value: times })),
  );
}
