/**
 * The exporter: datagrams in, /metrics and a page out.
 *
 *   udpReceiver.ts -> telemetryState.ts (newest values, counts) -> metrics.ts  -> httpServer.ts
 *                     alarmMonitor.ts (limits, persistence)     -> stateDocument.ts, page.html
 */
export { type Exporter, startExporter } from "./exporter";
export { telemetryRegistry } from "./metrics";
export type { Family } from "./sampledMetric";
export { shownValue, stateDocument } from "./stateDocument";
export { TelemetryState } from "./telemetryState";
