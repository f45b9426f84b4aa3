/** Alerts that outlast a silence: what was an alarm when the value went is one until the value is there again. */
import { quoted } from "../quoting";
import { recorded } from "./recordingRules";
import { seriesOf } from "./series";
import type { RuleSettings } from "./settings";

export interface HeldAlert {
  readonly alert: string;
  /** Fixed labels that tell this rule from others of its name. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Labels that tell its alerts apart; default: the spacecraft. */
  readonly by?: readonly string[];
}

/** Alerts of a rule that are firing, as Prometheus wrote them at the last evaluation; value 1. */
export function firing({ alert, labels = {}, by = ["spacecraft"] }: HeldAlert): string {
  const matchers = Object.entries({ alertname: alert, alertstate: "firing", ...labels }).map(
    ([name, value]) => `${name}=${quoted(value)}`,
  );
  return `max by (${by.join(", ")}) (ALERTS{${matchers.join(",")}})`;
}

/**
 * Expression that goes on while the metric has no series, for spacecraft that an exporter served within the last hour:
 * nothing is resolved because nothing is known. An alert that was still pending is not held.
 * @param expr the alert's condition
 * @param metric what the condition is about
 */
export function held(
  of: HeldAlert,
  expr: string,
  metric: string,
  { job }: Pick<RuleSettings, "job">,
): string {
  const series = seriesOf(job);
  const lost = `${firing(of)} unless on (spacecraft) ${series(metric)}`;
  return `${expr} or (${lost}) and on (spacecraft) ${series(recorded.served)}`;
}

/** Template that is the first text where the metric has a value, and the second one while an alert is held. */
export function whileKnown(
  metric: string,
  { job }: Pick<RuleSettings, "job">,
  known: string,
  lost: string,
): string {
  const query = `printf "${metric}{spacecraft=%q,job=%q}" $labels.spacecraft ${quoted(job)} | query`;
  return `{{ if ${query} }}${known}{{ else }}${lost}{{ end }}`;
}
