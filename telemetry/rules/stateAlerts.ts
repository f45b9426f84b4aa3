/** Alert rules of states that are an alarm, one for each parameter and severity. */
import { type Parameter, type Severity, stateNames } from "../dictionary";
import { inTemplate, quoted } from "../quoting";
import { families } from "./families";
import { held } from "./held";
import { type AlertRule, alertRule } from "./rule";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";
import { words } from "./shownValue";

export function stateAlerts(parameter: Parameter, settings: RuleSettings): AlertRule[] {
  const names = stateNames(parameter);
  return (["yellow", "red"] as const).flatMap((severity) => {
    const states = [...(parameter.alarms?.byState ?? [])]
      .filter(([, each]) => each === severity)
      .map(([number]) => names.get(number) ?? String(number));
    return states.length === 0 ? [] : [stateAlert(parameter, severity, states, settings)];
  });
}

/**
 * Alert while the parameter is in one of the states. For an enumeration the state is a label of the alert, taken from
 * its state set; names are upper case letters, digits and underscores, so that they need no escape.
 */
function stateAlert(
  parameter: Parameter,
  severity: Severity,
  states: readonly string[],
  settings: RuleSettings,
): AlertRule {
  const { metric, subsystem, type } = parameter;
  const of = seriesOf(settings.job);
  const isBoolean = type === "boolean";
  const state = isBoolean ? states.join(" or ") : "{{ $labels.state }}";
  const expr = isBoolean
    ? booleanExpression(of(metric), states)
    : `max by (spacecraft, state) (${of(metric, `state=~${quoted(states.join("|"))}`)}) == 1`;
  const title = `${subsystem} ${words(parameter.name)}`;
  const labels = { parameter: metric, bound: "state" };
  const by = isBoolean ? ["spacecraft"] : ["spacecraft", "state"];
  return alertRule(
    {
      ...families[severity],
      expr: held({ alert: families[severity].alert, labels, by }, expr, metric, settings),
      forSeconds: parameter.alarms?.persistenceSeconds ?? 0,
      team: "flight-control",
      subsystem,
      labels,
      summary: `{{ $labels.spacecraft }}: ${title} is ${state}`,
      description: `${inTemplate(parameter.description)}: ${state}, which is a ${severity} state.`,
    },
    settings,
  );
}

function booleanExpression(series: string, states: readonly string[]): string {
  if (states.length > 1) return `max by (spacecraft) (${series}) >= 0`;
  return states[0] === "on" ? `max by (spacecraft) (${series}) == 1` : `min by (spacecraft) (${series}) == 0`;
}
