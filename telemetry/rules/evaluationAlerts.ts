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
 * Alert when no Prometheus has the group with this number of rules: its object was rejected by the operator or is not
 * there, or is an older one with more or fewer rules. It cannot tell of a changed limit, nor of a failed reload:
 * Prometheus loads all rule files or none, and then goes on with this alert as it was before (the chart's
 * PrometheusBadConfig tells).
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
    description: `Prometheus does not have ${name} with the ${rules.length} rules that were deployed (groups missing: {{ $value | printf "%.0f" }}, limit 0): their object was rejected, is not there, or is an older one. Alarms of this group cannot fire, or are those of an older dictionary.`,
  };
}
