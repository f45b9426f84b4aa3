/**
 * The exporter: datagrams in, /metrics and a page out.
 *
 *   udpReceiver.ts -> telemetryState.ts (newest values, counts) -> metrics.ts  -> httpServer.ts
 *                     alarmMonitor.ts (limits, persistence)     -> stateDocument.ts, page.html
 */
export { startExporter, type Exporter, type ExporterArgs } from "./exporter";
export { telemetryRegistry } from "./metrics";
export { shownValue, stateDocument, type StateDocument } from "./stateDocument";
export { TelemetryState } from "./telemetryState";
