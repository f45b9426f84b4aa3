/** Limits of the alerts that do not belong to a parameter: the same for every mission. */
import { type Dictionary, extraMemoryMiB, fleetMemoryMiB } from "../dictionary";

export const alertLimits = {
  /** Ratio of lost packets of a kind over 5 minutes. */
  lossRatio: 0.01,
  /** Offset between on-board and ground clock, in seconds. */
  clockOffsetSeconds: 2,
  /** Seconds without a live packet in a contact that are a loss of signal, whatever the slowest kind's period. */
  silentContactSeconds: 180,
  /** Seconds of silence that are told when it ends. */
  silenceSeconds: 600,
  /** Seconds to the end of the contact plan, and since it was read. */
  planLeftSeconds: 6 * 3600,
  planAgeSeconds: 1800,
  /** Seconds without a request of the history that was taken, while samples wait. */
  historySilentSeconds: 600,
  /** Seconds since all of the archive that was due was copied to the object store. */
  copyBehindSeconds: 900,
  /** CPU usage of the exporter, of the cores that it may use, or of the one that its main thread can. */
  exporterBusyRatio: 0.8,
  /** Event loop lag of the exporter, 99th percentile, in seconds. */
  exporterLoopLagSeconds: 0.25,
  /** Duration of a scrape of the exporter, in seconds. */
  exporterScrapeSeconds: 0.5,
} as const;

/** Memory of the exporter in bytes, below its container's limit, which grows with dictionary and fleet too. */
export function exporterMemoryLimit(
  dictionary: Pick<Dictionary, "parameters" | "slots">,
  fleetSize: number,
): number {
  return (200 + extraMemoryMiB(dictionary) + fleetMemoryMiB(dictionary, fleetSize)) * 1024 ** 2;
}

/** Cores in use at which the exporter is busy. @param cores those that it may use */
export function exporterBusyCores(cores: number): number {
  return Number((alertLimits.exporterBusyRatio * Math.min(1, cores)).toFixed(3));
}
