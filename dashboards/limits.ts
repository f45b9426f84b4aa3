/** Limits of parameters as Grafana draws them: threshold steps, zones behind a graph, lines that follow the mode. */
import {
  type Bound,
  exporterMetricNames as names,
  type Parameter,
  type Severity,
} from "../telemetry/dictionary";
import { ofChosen, overTime } from "./queries";
import { common, type DataqueryBuilder, model } from "./sdk";
import { colours } from "./style";

/** A limit that holds in every mode. */
function limitOf(parameter: Parameter, severity: Severity, bound: Bound): number | undefined {
  return parameter.limits?.normal.find((each) => each.severity === severity && each.bound === bound)?.value;
}

/** Whether limits change with the mode: then they are drawn as the lines that the exporter serves. */
export const isLimitedByMode = (parameter: Parameter): boolean => (parameter.limits?.byMode.size ?? 0) > 0;

/** A threshold's place; null: from minus infinity. */
type Step = model.Threshold;

/**
 * Colours from red low over nominal to red high. A parameter without limits is nominal everywhere.
 * @param nominal default: green; `transparent` for areas behind a graph
 */
export function limitSteps(parameter: Parameter, nominal: string = colours.nominal): Step[] {
  const limit = (severity: Severity, bound: Bound): number | undefined => limitOf(parameter, severity, bound);
  const [redLow, yellowLow] = [limit("red", "low"), limit("yellow", "low")];
  const [yellowHigh, redHigh] = [limit("yellow", "high"), limit("red", "high")];
  const aboveRed = yellowLow === undefined ? nominal : colours.yellow;
  return [
    { value: null, color: redLow === undefined ? aboveRed : colours.red },
    ...(redLow === undefined ? [] : [{ value: redLow, color: aboveRed }]),
    ...(yellowLow === undefined ? [] : [{ value: yellowLow, color: nominal }]),
    ...(yellowHigh === undefined ? [] : [{ value: yellowHigh, color: colours.yellow }]),
    ...(redHigh === undefined ? [] : [{ value: redHigh, color: colours.red }]),
  ];
}

export function thresholds(steps: Step[]): model.ThresholdsConfigBuilder {
  return new model.ThresholdsConfigBuilder().mode(model.ThresholdsMode.Absolute).steps(steps);
}

/** Zones behind a graph. */
export function zones(): common.GraphThresholdsStyleConfigBuilder {
  return new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.DashedAndArea);
}

/** The limits in force, as series: they follow the mode. */
export function limitLines(parameter: Parameter): DataqueryBuilder[] {
  const limits = ofChosen(names.parameterLimit, `parameter="${parameter.metric}"`);
  return [overTime(`max by (severity, bound) (${limits})`, "{{severity}} {{bound}} limit")];
}

/** How {@link limitLines} look. */
export function limitLineOverrides(): { regexp: string; properties: model.DynamicConfigValue[] }[] {
  return (["yellow", "red"] as const).map((severity) => ({
    regexp: `/^${severity} (low|high) limit$/`,
    properties: [
      { id: "color", value: { mode: "fixed", fixedColor: colours[severity] } },
      { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 8] } },
      { id: "custom.lineInterpolation", value: "stepAfter" },
      { id: "custom.fillOpacity", value: 0 },
    ],
  }));
}

/** The span that a graph shows at least, so that its limits are in the picture. */
export function limitSpan(parameter: Parameter): { min?: number; max?: number } {
  const values = (parameter.limits?.normal ?? []).map((limit) => limit.value);
  if (values.length === 0) return {};
  return { min: Math.min(...values), max: Math.max(...values) };
}
