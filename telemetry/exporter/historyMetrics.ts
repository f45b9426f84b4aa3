/** Metrics of the history and of the packet archive: what is written, what waits, what is lost. They exist where there is one. */
import { type ArchiveCopies, archiveDropReasons, type PacketArchive } from "../archive";
import { dropReasons, type HistoryWriter } from "../history";
import { type Registry, SampledCounter, SampledGauge } from "./sampledMetric";

const none = {};

type Count = () => number;

/** What the metrics show of the history. */
export interface HistoryCounts extends Pick<
  HistoryWriter,
  "written" | "failedRequests" | "lastWritten" | "queued" | "mostQueued"
> {
  readonly drops: Pick<HistoryWriter["drops"], "counts">;
}

/** What the metrics show of the archive. */
export type ArchiveCounts = Pick<PacketArchive, "written" | "dropped" | "bytes" | "files">;

/** What the metrics show of the archive's copies. */
export type CopyCounts = Pick<
  ArchiveCopies,
  "copiedBytes" | "failures" | "wholeAt" | "waitingBytes" | "lostBytes"
>;

/** @param created time from which the exporter counts, seconds since 1970 */
export function registerHistory(registry: Registry, history: HistoryCounts, created: number): void {
  const prefix = "perigee_telemetry_history";
  const { counter, gauge, byReason } = kinds(registry, created);
  counter(
    `${prefix}_samples_total`,
    "Samples written at their on-board time, those that came a second time too",
    () => history.written,
  );
  byReason(
    `${prefix}_dropped_samples_total`,
    "Samples that are not in the history",
    dropReasons,
    (reason) => history.drops.counts[reason],
  );
  counter(
    `${prefix}_failed_requests_total`,
    "Requests without an answer, or with one that says to try again",
    () => history.failedRequests,
  );
  gauge(`${prefix}_queued_samples`, "Samples that wait to be written", "", () => history.queued);
  gauge(`${prefix}_queue_limit_samples`, "Samples that may wait", "", () => history.mostQueued);
  gauge(
    `${prefix}_last_write_timestamp_seconds`,
    "When samples were last written, seconds since 1970; 0: not since the start",
    "seconds",
    () => history.lastWritten,
  );
}

/**
 * Counts of all archives together.
 * @param created time from which the exporter counts, seconds since 1970
 */
export function registerArchives(
  registry: Registry,
  archives: readonly ArchiveCounts[],
  created: number,
): void {
  const prefix = "perigee_telemetry_archive";
  const { counter, gauge, byReason } = kinds(registry, created);
  const sum = (value: (archive: ArchiveCounts) => number): number =>
    archives.reduce((total, archive) => total + value(archive), 0);
  counter(`${prefix}_packets_total`, "Packets written to the archive", () => sum(({ written }) => written));
  byReason(
    `${prefix}_dropped_packets_total`,
    "Packets that are not in the archive",
    archiveDropReasons,
    (reason) => sum(({ dropped }) => dropped[reason]),
  );
  gauge(`${prefix}_size_bytes`, "Size of the archive's files", "bytes", () => sum(({ bytes }) => bytes));
  gauge(`${prefix}_files`, "Files of the archive", "", () => sum(({ files }) => files));
}

/** @param created time from which the exporter counts, seconds since 1970 */
export function registerCopies(registry: Registry, copies: CopyCounts, created: number): void {
  const prefix = "perigee_telemetry_archive_copy";
  const { counter, gauge } = kinds(registry, created);
  counter(
    `${prefix}_written_bytes_total`,
    "Bytes of the archive's files that were written to the object store",
    () => copies.copiedBytes,
  );
  counter(`${prefix}_failures_total`, "Times that the archive could not be copied", () => copies.failures);
  gauge(
    `${prefix}_waiting_bytes`,
    "Size of the files that are due to be copied",
    "bytes",
    () => copies.waitingBytes,
  );
  gauge(
    `${prefix}_whole_timestamp_seconds`,
    "When all files that were due were last copied, or the exporter started, seconds since 1970",
    "seconds",
    () => copies.wholeAt,
  );
  counter(
    `${prefix}_lost_bytes_total`,
    "Bytes of the archive that its bounds removed before they were copied",
    () => copies.lostBytes,
  );
}

function kinds(registry: Registry, created: number) {
  const registers = [registry];
  return {
    counter: (name: string, help: string, value: Count): unknown =>
      new SampledCounter({ name, help, created, registers }, () => [{ labels: none, value: value() }]),
    gauge: (name: string, help: string, unit: string, value: Count): unknown =>
      new SampledGauge({ name, help, unit, registers }, () => [{ labels: none, value: value() }]),
    byReason: <Reason extends string>(
      name: string,
      help: string,
      reasons: readonly Reason[],
      value: (reason: Reason) => number,
    ): unknown => {
      const labelled = reasons.map((reason) => ({ reason, labels: { reason } }));
      return new SampledCounter({ name, help, created, registers }, () =>
        labelled.map(({ reason, labels }) => ({ labels, value: value(reason) })),
      );
    },
  };
}
