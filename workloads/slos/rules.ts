/** Rules of SLOs: records of what was bad and of all there was, ratios over windows, what is left, and two alerts. */
import {
  type AlertRule,
  alertRule,
  defaultRuleSettings,
  type RecordingRule,
  type RuleFile,
  type RuleGroup,
} from "../../telemetry/rules";
import { alertRate, burnRates, type Window, windowHours, windows } from "./burnRate";
import { type Indicator, indicatorOf, type IndicatorSettings } from "./indicators";
import type { Slo } from "./settings";

/** Names of the records; each has the label `slo`. */
export const sloRecords = {
  /** What was bad in the last 5 minutes, and all there was; of `signal`, 1 or 0 and 1. */
  bad: "slo:bad:sum5m",
  total: "slo:total:sum5m",
  /** Ratio of the bad over a window, as `slo:errors:ratio1h`. */
  errors: (window: Window | "period"): string =>
    `slo:errors:ratio${window === "period" ? "_period" : window}`,
  /** Ratio that may be bad. */
  budget: "slo:budget:ratio",
  /** Share of the budget that is left; below 0 the objective is missed. */
  left: "slo:budget_left:ratio",
} as const;

export interface SloRuleSettings extends IndicatorSettings {
  readonly runbookBaseUrl?: string;
}

/** A group for each objective: its rules are evaluated in their order. Each minute is enough for the shortest window. */
export function sloRules(slos: readonly Slo[], settings: SloRuleSettings): RuleFile {
  return { groups: slos.map((slo) => groupOf(slo, settings)) };
}

function groupOf(slo: Slo, settings: SloRuleSettings): RuleGroup {
  const indicator = indicatorOf(slo, settings);
  const { runbookBaseUrl = defaultRuleSettings.runbookBaseUrl } = settings;
  return {
    name: `slo-${slo.name}`,
    interval: `${everyMinutes * 60}s`,
    rules: [...records(slo, indicator), ...alerts(slo, indicator, runbookBaseUrl)],
  };
}

/** 0.005 of 99.5: without the digits that a difference of binary fractions has. */
const budgetOf = ({ objective }: Slo): number => Number((1 - objective / 100).toPrecision(12));

/** Minutes between two evaluations: what is counted is there once a minute. */
const everyMinutes = 1;

function records(slo: Slo, { bad, total, only }: Indicator): RecordingRule[] {
  const labels = { slo: slo.name };
  const of = (record: string): string => `${record}{slo="${slo.name}"}`;
  /** Time without a Prometheus is taken for good, and for as busy as the rest: a new one would else judge by minutes. */
  const ratio = (window: string, hours: number): string =>
    `sum_over_time(${of(sloRecords.bad)}[${window}]) / (sum_over_time(${of(sloRecords.total)}[${window}]) > 0) ` +
    `* on (slo) group_left () clamp_max(count_over_time(${of(sloRecords.budget)}[${window}]) / ${(hours * 60) / everyMinutes}, 1)`;
  return [
    { record: sloRecords.budget, expr: `vector(${budgetOf(slo)})`, labels },
    { record: sloRecords.bad, expr: bad, labels },
    { record: sloRecords.total, expr: total, labels },
    ...windows.map((window) => ({
      record: sloRecords.errors(window),
      expr: ratio(window, windowHours[window]),
      labels,
    })),
    { record: sloRecords.errors("period"), expr: ratio(`${slo.days}d`, slo.days * 24), labels },
    {
      record: sloRecords.left,
      expr: `1 - ${of(sloRecords.errors("period"))} / ${budgetOf(slo)}${only === undefined ? "" : ` and ${only}`}`,
      labels,
    },
  ];
}

/** Alerts of both severities. The value is the share of the budget that is left. */
function alerts(slo: Slo, { by, what }: Indicator, runbookBaseUrl: string): AlertRule[] {
  const { name, objective, days, team } = slo;
  const of = (record: string): string => `${record}{slo="${name}"}`;
  const burns = (severity: "critical" | "warning"): string =>
    burnRates
      .filter((each) => each.severity === severity)
      .map((each) => {
        const most = Number((alertRate(each, days) * budgetOf(slo)).toPrecision(6));
        const errors = (window: Window): string => `${of(sloRecords.errors(window))} > ${most}`;
        return `(${errors(each.long)} and ${errors(each.short)})`;
      })
      .join(" or ");
  const whose = by.includes("spacecraft") ? "{{ $labels.spacecraft }}: " : "";
  const left = `{{ $value | humanizePercentage }} of the budget of ${days} days is left (limit 0%)`;
  const common = { team, subsystem: "slo", forSeconds: 0, labels: { slo: name } } as const;
  return (["critical", "warning"] as const).map((severity) =>
    alertRule(
      {
        ...common,
        ...{ alert: severity === "critical" ? "SloBudgetBurnsFast" : "SloBudgetBurns", severity },
        expr: `${of(sloRecords.left)} and (${burns(severity)})`,
        summary: `${whose}the objective ${name} is ${severity === "critical" ? "missed soon" : "missed before its period ends"}, if this goes on`,
        description: `The objective ${name} is ${objective}% of ${what}; ${left}, and it is used up ${severity === "critical" ? "within days" : "before the period ends"} at the rate of now.`,
      },
      { runbookBaseUrl },
    ),
  );
}
