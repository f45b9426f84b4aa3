/** Limits of the alerts that are no parameter's: the same for every mission. */
export const alertLimits = {
  /** Share of a packet kind's packets that may be lost over 5 minutes. */
  lossRatio: 0.01,
  /** Seconds that the on-board clock may differ from the ground's. */
  clockOffsetSeconds: 2,
  /** The exporter's memory, bytes: below its container's limit. */
  exporterMemoryBytes: 200 * 1024 ** 2,
  /** The exporter's processor use, cores; it has one main thread. */
  exporterCores: 0.8,
  /** Wait of the exporter's event loop, 99th percentile, seconds. */
  exporterLoopLagSeconds: 0.25,
  /** How long a scrape of the exporter may take, seconds. */
  exporterScrapeSeconds: 0.5,
} as const;
