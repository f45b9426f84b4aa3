/** Types of Prometheus rules and rule files, and the conversion of an alert's specification into a rule. */
import type { RuleSettings } from "./settings";

/** An alerting rule as Prometheus reads it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** Such as `10s`; absent: at once. */
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

/** A recording rule as Prometheus reads it. Its name is `<labels it keeps>:<metric>:<what was done>`. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export type Rule = AlertRule | RecordingRule;

/** What the name of every group begins with: `perigee-link`, `perigee-states`, ... */
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

/** Who is called: those who fly the spacecraft, or those who run the ground segment. */
type Team = "flight-control" | "ground-segment";

/** An alert in the project's own words; {@link alertRule} makes Prometheus' form of it. */
export interface AlertSpec {
  readonly alert: string;
  readonly expr: string;
  readonly forSeconds: number;
  readonly severity: "warning" | "critical";
  readonly team: Team;
  /** A subsystem of the spacecraft; `link` or `exporter` for what is not on board. */
  readonly subsystem: string;
  /** More labels, for inhibition. */
  readonly labels?: Readonly<Record<string, string>>;
  /** One line, without figures. */
  readonly summary: string;
  /** With the value and its limit. */
  readonly description: string;
}

export function alertRule(spec: AlertSpec, settings: RuleSettings): AlertRule {
  const { alert, expr, severity, team, subsystem, summary, description } = spec;
  return {
    alert,
    expr,
    ...(spec.forSeconds > 0 && { for: duration(spec.forSeconds) }),
    labels: { severity, team, subsystem, ...spec.labels },
    annotations: { summary, description, runbook_url: runbookUrl(alert, settings) },
  };
}

export function runbookUrl(alert: string, { runbookBaseUrl }: Pick<RuleSettings, "runbookBaseUrl">): string {
  return `${runbookBaseUrl.replace(/\/*$/, "/")}${alert}.md`;
}

export const isAlert = (rule: Rule): rule is AlertRule => "alert" in rule;

/** Prometheus' duration, which has no fractions. */
export function duration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
