/** Alerts about the rules themselves: rules that fail or are not there record nothing and alert nobody. */
import { quoted } from "../quoting";
import { type AlertRule, alertRule, type AlertSpec, groupPrefix, type RuleGroup } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/**
 * Alerts for a separate group, in an object of its own: what becomes of the other groups must not disable the alerts
 * about them. No text of the dictionary is in it.
 */
export function evaluationAlerts(guarded: readonly RuleGroup[], settings: RuleSettings): AlertRule[] {
  return [failing(settings), ...guarded.map((group) => missing(group, settings))].map((spec) =>
    alertRule({ ...spec, severity: "critical", team: "ground-segment", subsystem: "rules" }, settings),
  );
}

type RuleAlertSpec = Omit<AlertSpec, "severity" | "team" | "subsystem">;

function failing({ prometheusJob }: RuleSettings): RuleAlertSpec {
  const failures = seriesOf(prometheusJob)(
    "prometheus_rule_evaluation_failures_total",
    `rule_group=~".*;${groupPrefix}.*"`,
  );
  return {
    alert: "TelemetryRulesFailing",
    // Prometheus scrapes itself at least every 300 s.
    expr: `sum by (rule_group) (increase(${failures}[15m])) > 0`,
    forSeconds: 30,
    summary: "Telemetry rules cannot be evaluated",
    description: `Prometheus failed to evaluate rules of {{ $labels.rule_group }} {{ $value | printf "%.0f" }} times in 15 minutes (limit 0): alarms of this group cannot fire.`,
  };
}

/**
 * Alert when no Prometheus has the group with this number of rules: the operator rejected its object, could not write
 * it, or Prometheus did not load it. The number tells a group from an older version of it.
 */
function missing({ name, rules }: RuleGroup, { prometheusJob }: RuleSettings): RuleAlertSpec {
  const loaded = seriesOf(prometheusJob)(
    "prometheus_rule_group_rules",
    `rule_group=~${quoted(`.*;${name}`)}`,
  );
  return {
    alert: "TelemetryRulesMissing",
    expr: `absent(${loaded} == ${rules.length})`,
    // Prometheus scrapes itself at least every 300 s, and learns of new rules within two minutes.
    forSeconds: 600,
    labels: { rule_group: name },
    summary: `Prometheus does not have the telemetry rules ${name}`,
    description: `Prometheus does not have the rules of ${name} as they were deployed, ${rules.length} in number (groups missing: {{ $value | printf "%.0f" }}, limit 0): alarms of this group cannot fire, or are those of an older dictionary.`,
  };
}
