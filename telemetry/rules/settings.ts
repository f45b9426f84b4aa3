/** Settings of the rules with their defaults. */

/** What a site may choose about its alerts. */
export interface RuleSettings {
  /** Goes before `<AlertName>.md` in every alert's `runbook_url`. Default: the pages' place in this repository. */
  readonly runbookBaseUrl: string;
  /** The label `job` that Prometheus gives the exporter's targets. Default: `perigee-telemetry`. */
  readonly job: string;
  /** The label `job` of the Prometheus that evaluates the rules, as it scrapes itself. Default: `monitoring-prometheus`. */
  readonly prometheusJob: string;
  /** How often the groups are evaluated, such as `5s`. Default: as Prometheus is set. */
  readonly evaluationInterval?: string;
  /** A packet is overdue when it is this many of its periods late. Default: 5. */
  readonly staleAfterPeriods: number;
  /** Share of a packet kind's packets that may be lost over 5 minutes. Default: 0.01. */
  readonly lossRatio: number;
  /** Seconds that the on-board clock may differ from the ground's. Default: 2. */
  readonly clockOffsetSeconds: number;
  /** The exporter's memory, bytes. Default: 200 MiB. */
  readonly exporterMemoryBytes: number;
  /** The exporter's processor use, cores; it has one main thread. Default: 0.8. */
  readonly exporterCores: number;
  /** Wait of the exporter's event loop, 99th percentile, seconds. Default: 0.25. */
  readonly exporterLoopLagSeconds: number;
  /** How long a scrape of the exporter may take, seconds. Default: 0.5. */
  readonly exporterScrapeSeconds: number;
}

export const defaultRuleSettings: RuleSettings = {
  runbookBaseUrl: "docs/alerts/",
  job: "perigee-telemetry",
  prometheusJob: "monitoring-prometheus",
  staleAfterPeriods: 5,
  lossRatio: 0.01,
  clockOffsetSeconds: 2,
  exporterMemoryBytes: 200 * 1024 ** 2,
  exporterCores: 0.8,
  exporterLoopLagSeconds: 0.25,
  exporterScrapeSeconds: 0.5,
};
