import { loadDictionary } from "../../../../../telemetry/dictionary";
import { ruleFile } from "../../../../../telemetry/rules";
import type { AlertCase, Firing } from "../alertCase";
import { ownSeries, target } from "./series";

const about = (summary: string, description: string, labels: Firing["labels"] = target): Firing[] => [
  { labels, summary, description },
];

const failures = (group: string): string =>
  ownSeries("prometheus_rule_evaluation_failures_total", {
    job: "monitoring-prometheus",
    rule_group: `/etc/prometheus/rules/telemetry-telemetry.yaml;${group}`,
  });

const evaluation: AlertCase[] = [
  {
    alert: "TelemetryRulesFailing",
    it: "fires with the group whose rules fail",
    series: { [failures("perigee-link")]: "0+1x60", [failures("perigee-states")]: "0x60" },
    at: "6m",
    notYetAt: "30s",
    firing: about(
      "Telemetry rules cannot be evaluated",
      "Prometheus failed to evaluate rules of /etc/prometheus/rules/telemetry-telemetry.yaml;perigee-link 36 times in 15 minutes (limit 0): alarms of this group cannot fire.",
      { rule_group: "/etc/prometheus/rules/telemetry-telemetry.yaml;perigee-link" },
    ),
  },
  {
    alert: "TelemetryRulesFailing",
    it: "is silent about failures of long ago, and about the chart's rules, which have an alert of their own",
    series: { [failures("perigee-link")]: "7x60", [failures("node.rules")]: "0+1x60" },
    at: "6m",
    firing: [],
  },
  {
    alert: "TelemetryRulesFailing",
    it: "fires also where Prometheus scrapes itself every five minutes",
    series: { [failures("perigee-link")]: "0+1x20" },
    interval: "5m",
    at: "30m",
    firing: about(
      "Telemetry rules cannot be evaluated",
      "Prometheus failed to evaluate rules of /etc/prometheus/rules/telemetry-telemetry.yaml;perigee-link 3 times in 15 minutes (limit 0): alarms of this group cannot fire.",
      { rule_group: "/etc/prometheus/rules/telemetry-telemetry.yaml;perigee-link" },
    ),
  },
];

/** What Prometheus has of the default dictionary's groups of rules, but for some. */
const loadedGroups = (except: Readonly<Record<string, string>>): AlertCase["series"] => {
  const groups = ruleFile(loadDictionary()).groups.filter(({ name }) => name !== "perigee-rules");
  return Object.fromEntries(
    groups.map(({ name, rules }) => [
      ownSeries("prometheus_rule_group_rules", {
        job: "monitoring-prometheus",
        rule_group: `/etc/prometheus/rules/telemetry-${name}-0.yaml;${name}`,
      }),
      except[name] ?? `${rules.length}x120`,
    ]),
  );
};

const missing = (group: string, count: number): Firing[] =>
  about(
    `Prometheus does not have the telemetry rules ${group}`,
    `Prometheus does not have ${group} with the ${count} rules that were deployed (groups missing: 1, limit 0): their object was rejected, is not there, or is an older one. Alarms of this group cannot fire, or are those of an older dictionary.`,
    { rule_group: group },
  );

const absence: AlertCase[] = [
  {
    alert: "TelemetryRulesMissing",
    it: "fires for the one group that the operator rejected",
    series: loadedGroups({ "perigee-limits-power": "48x10 _x110" }),
    at: "18m",
    notYetAt: "15m",
    firing: missing("perigee-limits-power", 48),
  },
  {
    alert: "TelemetryRulesMissing",
    it: "fires for a group that is still the one of an older dictionary",
    series: loadedGroups({ "perigee-limits-orbit": "4x120" }),
    at: "12m",
    firing: missing("perigee-limits-orbit", 5),
  },
  {
    alert: "TelemetryRulesMissing",
    it: "is silent while every group is there, also for the minutes that new rules take",
    series: loadedGroups({ "perigee-link": "17x20 18x100" }),
    at: "15m",
    firing: [],
  },
];

export const ruleCases: readonly AlertCase[] = [...evaluation, ...absence];
