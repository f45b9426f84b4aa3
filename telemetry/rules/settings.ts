/** Settings of the rules with their defaults. */

/** Settings of a site for its alerts. */
export interface RuleSettings {
  /** URL prefix of `<AlertName>.md` in every alert's `runbook_url`. Default: the pages' path in this repository. */
  readonly runbookBaseUrl: string;
  /** Label `job` of the exporter's targets. Default: `perigee-telemetry`. */
  readonly job: string;
  /** Label `job` of the series of the Prometheus that evaluates the rules. Default: `monitoring-prometheus`. */
  readonly prometheusJob: string;
  /** Evaluation interval of the groups, such as `5s`. Default: Prometheus' global setting. */
  readonly evaluationInterval?: string;
  /** Age of a packet, in its own periods, after which it is overdue. Default: 5. */
  readonly staleAfterPeriods: number;
  /** Number of the exporter's spacecraft, for its memory. Default: 1. */
  readonly fleetSize: number;
  /** Cores that the exporter may use. Default: 1, all that its main thread can. */
  readonly cores: number;
}

export const defaultRuleSettings: RuleSettings = {
  runbookBaseUrl: "docs/alerts/",
  job: "perigee-telemetry",
  prometheusJob: "monitoring-prometheus",
  staleAfterPeriods: 5,
  fleetSize: 1,
  cores: 1,
};
