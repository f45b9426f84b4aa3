/**
 * The history: every sample of every packet, stored ones too, at its on-board time.
 *
 *   historyWriter.ts   packets in, requests out       series.ts        parameters -> series, packets -> samples
 *   sampleQueue.ts     samples that wait, bounded     remoteWrite.ts   samples -> the body of a request
 *   blockWriter.ts     refused requests, halved       receiver.ts      the address, and what its answers mean
 *   drops.ts           what is not in it, by reason   openMetrics.ts   the same samples as a text, for promtool
 */
export { type DropReason, dropReasons } from "./drops";
export { HistoryWriter } from "./historyWriter";
export { OpenMetricsHistory } from "./openMetrics";
