/** Alert rules of parameter limits, by severity and bound: the value against the limit in force. */
import {
  areLimitsFixed,
  type Bound,
  type Dictionary,
  exporterMetricNames as names,
  limitSets,
  type Parameter,
  type Severity,
} from "../dictionary";
import { inTemplate, quoted } from "../quoting";
import { families } from "./families";
import { groupsOf } from "./groupParts";
import { held, whileKnown } from "./held";
import { type AlertRule, alertRule, type RuleGroup } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";
import { shownNumber, shownValue, words } from "./shownValue";
import { stateAlerts } from "./stateAlerts";

/** Groups of limit alerts: one group per subsystem, several for a big one; one alert per parameter, severity and bound. */
export function limitGroups(dictionary: Dictionary, settings: RuleSettings): RuleGroup[] {
  return dictionary.subsystems.flatMap((subsystem) => {
    const rules = dictionary.parameters
      .filter((parameter) => parameter.subsystem === subsystem)
      .flatMap((parameter) => [...limitAlerts(parameter, settings), ...stateAlerts(parameter, settings)]);
    return groupsOf("limits-", subsystem, rules);
  });
}

/** One alert for each limit that the parameter has in any mode or context. */
function limitAlerts(parameter: Parameter, settings: RuleSettings): AlertRule[] {
  return limitKinds(parameter).map(({ severity, bound }) => limitAlert(parameter, severity, bound, settings));
}

interface LimitKind {
  readonly severity: Severity;
  readonly bound: Bound;
}

/** Kinds of limits that exist in any mode or context, each once. */
function limitKinds({ limits }: Parameter): LimitKind[] {
  if (!limits) return [];
  const all = limitSets(limits).flat();
  const kinds = new Map(all.map(({ severity, bound }) => [`${severity} ${bound}`, { severity, bound }]));
  return [...kinds.values()];
}

/**
 * Alert that compares the value with the limit in force, a metric of the exporter, so that a change of mode or context
 * changes the limit too. Both sides are aggregated: during a rollout there may be two exporters of one spacecraft, and an alert
 * must not restart because its pod has another name.
 */
function limitAlert(
  parameter: Parameter,
  severity: Severity,
  bound: Bound,
  settings: RuleSettings,
): AlertRule {
  const { metric, subsystem, unit } = parameter;
  const [value, limit, crosses] = bound === "low" ? ["min", "max", "<"] : ["max", "min", ">"];
  const of = seriesOf(settings.job);
  const inForce = of(
    names.parameterLimit,
    `parameter="${metric}"`,
    `severity="${severity}"`,
    `bound="${bound}"`,
  );
  const side = bound === "low" ? "below" : "above";
  const title = `${subsystem} ${words(parameter.name)}`;
  const labels = { parameter: metric, bound };
  const crossed = `${value} by (spacecraft) (${of(metric)}) ${crosses} ${limit} by (spacecraft) (${inForce})`;
  const shown = whileKnown(
    metric,
    settings,
    `${shownValue("$value", unit.base)}, `,
    "no value since the signal was lost; it was ",
  );
  return alertRule(
    {
      ...families[severity],
      expr: held({ alert: families[severity].alert, labels }, crossed, metric, settings),
      forSeconds: parameter.limits?.persistenceSeconds ?? 0,
      team: "flight-control",
      subsystem,
      labels,
      summary: `{{ $labels.spacecraft }}: ${title} ${side} its ${severity} limit`,
      description: `${inTemplate(parameter.description)}: ${shown}${side} the ${severity} ${bound} limit of ${shownLimit(parameter, severity, bound, settings)}.`,
    },
    settings,
  );
}

/** The limit itself; for limits by mode or context, a template of the limit in force when the rule was evaluated. */
function shownLimit(parameter: Parameter, severity: Severity, bound: Bound, { job }: RuleSettings): string {
  const { metric, limits, unit } = parameter;
  const only = limits?.normal.find((limit) => limit.severity === severity && limit.bound === bound);
  if (only && limits && areLimitsFixed(limits)) return shownNumber(only.value, unit.base);
  const selector = `spacecraft=%q,job=%q,parameter='${metric}',severity='${severity}',bound='${bound}'`;
  const query = `printf "max(${names.parameterLimit}{${selector}})" $labels.spacecraft ${quoted(job)} | query`;
  return `{{ range ${query} }}${shownValue("value .", unit.base)}{{ end }}`;
}
