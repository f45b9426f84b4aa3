/** Limits of parameters in Grafana: threshold steps, zones behind a graph, lines that follow the mode. */
import {
  areLimitsFixed,
  type Bound,
  exporterMetricNames as names,
  type Parameter,
  type Severity,
} from "../telemetry/dictionary";
import { ofChosen, overTime } from "./queries";
import { common, type DataqueryBuilder, model } from "./sdk";
import { colours } from "./style";

/** Normal limit of a parameter. */
function limitOf(parameter: Parameter, severity: Severity, bound: Bound): number | undefined {
  return parameter.limits?.normal.find((each) => each.severity === severity && each.bound === bound)?.value;
}

/** True when limits change with the mode or a context; they are then drawn as lines from the exporter's series. */
export const isLimitedByMode = (parameter: Parameter): boolean =>
  parameter.limits !== undefined && !areLimitsFixed(parameter.limits);

/** Start of a threshold; null: minus infinity. */
type Step = model.Threshold;

/**
 * Threshold steps from red low over nominal to red high. A parameter without limits is nominal everywhere.
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

/** Style of thresholds as zones behind a graph. */
export function zones(): common.GraphThresholdsStyleConfigBuilder {
  return new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.DashedAndArea);
}

/** Limits in force as series, which follow the mode. */
export function limitLines(parameter: Parameter): DataqueryBuilder[] {
  const limits = ofChosen(names.parameterLimit, `parameter="${parameter.metric}"`);
  return [overTime(`max by (severity, bound) (${limits})`, "{{severity}} {{bound}} limit")];
}

/** Style of {@link limitLines}. */
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

/** Minimum range of a graph's axis, so that the limits are visible. */
export function limitSpan(parameter: Parameter): { min?: number; max?: number } {
  const values = (parameter.limits?.normal ?? []).map((limit) => limit.value);
  if (values.length === 0) return {};
  return { min: Math.min(...values), max: Math.max(...values) };
}
