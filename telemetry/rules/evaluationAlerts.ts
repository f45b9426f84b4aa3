/** Alerts about the rules themselves: a failing expression records nothing and alerts nobody. */
import { type AlertRule, alertRule, groupPrefix } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/** Alerts for a separate group: the failure of a group must not disable the alert about it. */
export function evaluationAlerts(settings: RuleSettings): AlertRule[] {
  const ofPrometheus = seriesOf(settings.prometheusJob);
  const failures = ofPrometheus(
    "prometheus_rule_evaluation_failures_total",
    `rule_group=~".*;${groupPrefix}.*"`,
  );
  return [
    alertRule(
      {
        alert: "TelemetryRulesFailing",
        // Prometheus scrapes itself at least every 300 s.
        expr: `sum by (rule_group) (increase(${failures}[15m])) > 0`,
        forSeconds: 30,
        severity: "critical",
        team: "ground-segment",
        subsystem: "rules",
        summary: "Telemetry rules cannot be evaluated",
        description: `Prometheus failed to evaluate rules of {{ $labels.rule_group }} {{ $value | printf "%.0f" }} times in 15 minutes (limit 0): alarms of this group cannot fire.`,
      },
      settings,
    ),
  ];
}
