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
}

export const defaultRuleSettings: RuleSettings = {
  runbookBaseUrl: "docs/alerts/",
  job: "perigee-telemetry",
  prometheusJob: "monitoring-prometheus",
  staleAfterPeriods: 5,
};
