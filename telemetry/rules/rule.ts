/** Types of Prometheus rules and rule files, and the conversion of an alert's specification into a rule. */
import { inTemplate } from "../quoting";
import type { RuleSettings } from "./settings";

/** An alerting rule in Prometheus' format. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** Pending time, such as `10s`; absent: the alert fires at once. */
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

/** A recording rule in Prometheus' format. Its name is `level:metric:operations`; the level is the labels kept. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export type Rule = AlertRule | RecordingRule;

/** Prefix of every group name: `perigee-link`, `perigee-states`, ... */
export const groupPrefix = "perigee-";

export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

/** A Prometheus rule file; also the `spec` of a PrometheusRule object. */
export interface RuleFile {
  readonly groups: readonly RuleGroup[];
}

/** Team to notify: operators of the spacecraft, or of the ground segment. */
type Team = "flight-control" | "ground-segment";

/** Specification of an alert; {@link alertRule} converts it to Prometheus' format. */
export interface AlertSpec {
  readonly alert: string;
  readonly expr: string;
  readonly forSeconds: number;
  readonly severity: "info" | "warning" | "critical";
  readonly team: Team;
  /** Subsystem of the spacecraft; for alerts of the ground `link`, `exporter` or `rules`, `backup` or `certificates`. */
  readonly subsystem: string;
  /** Additional labels, for inhibition: plain text. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Summary in one line, without numbers: a Go template. */
  readonly summary: string;
  /** Description with the value and its limit: a Go template. */
  readonly description: string;
}

export function alertRule(spec: AlertSpec, settings: Pick<RuleSettings, "runbookBaseUrl">): AlertRule {
  const { alert, expr, severity, team, subsystem, summary, description } = spec;
  return {
    alert,
    expr,
    ...(spec.forSeconds > 0 && { for: duration(spec.forSeconds) }),
    labels: asTemplates({ severity, team, subsystem, ...spec.labels }),
    annotations: { summary, description, runbook_url: inTemplate(runbookUrl(alert, settings)) },
  };
}

/** Prometheus reads the value of a label as a Go template too. */
function asTemplates(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, inTemplate(value)]));
}

export function runbookUrl(alert: string, { runbookBaseUrl }: Pick<RuleSettings, "runbookBaseUrl">): string {
  return `${runbookBaseUrl.replace(/\/*$/, "/")}${alert}.md`;
}

export const isAlert = (rule: Rule): rule is AlertRule => "alert" in rule;

/** Duration in Prometheus' format, which has no fractions. */
export function duration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
