/**
 * The exporter: datagrams in, /metrics and a page out.
 *
 *   inputs.ts (udpReceiver.ts, ../links) -> telemetryState.ts (newest values, counts) -> metrics.ts  -> httpServer.ts
 *                     alarmMonitor.ts (limits, persistence)     -> stateDocument.ts, page.html
 *                     recentPast.ts (ten minutes of each number)  -> /recent.json, page.html
 *                     playback.ts, onboardClock.ts (stored packets) -> history.ts (every packet at its on-board time)
 *                     signal.ts, ../contacts (contacts and silences) -> contactMetrics.ts
 *                     derivedValues.ts (computed from several packets), eventLog.ts -> eventMetrics.ts (events)
 *                     refusals.ts (what was refused, bounded)
 *                     ../history, ../archive (what is kept of every packet) -> historyMetrics.ts
 *
 * Metrics: sampledMetric.ts (registry), exposition.ts (the two formats), processMetrics.ts. HTTP: negotiation.ts,
 * rendered.ts (documents made not too often), connections.ts (what a connection may ask).
 */
export { DerivedValues } from "./derivedValues";
export { type Exporter, startExporter } from "./exporter";
export type { Input } from "./inputs";
export { telemetryRegistry } from "./metrics";
export { RecentPast } from "./recentPast";
export { type Refusal, Refusals } from "./refusals";
export type { Family } from "./sampledMetric";
export { shownElements, shownValue, stateDocument } from "./stateDocument";
export { TelemetryState } from "./telemetryState";
