/** Panels of parameters: graphs of numbers with their limits, timelines of enumerations and of booleans. */
import type { Parameter } from "../telemetry/dictionary";
import { inMarkdown } from "../telemetry/quoting";
import { recordedState } from "../telemetry/rules";
import {
  isLimitedByMode,
  limitLineOverrides,
  limitLines,
  limitSpan,
  limitSteps,
  thresholds,
  zones,
} from "./limits";
import { graph, timeline, valueMap } from "./panels";
import { inPortions, mostLines, type ParameterGroup } from "./parameterGroups";
import { ofChosen, overTime } from "./queries";
import { common, type model, type StateTimelineBuilder, type TimeseriesBuilder } from "./sdk";
import { colours, grafanaUnit, meaning, stateColour, title } from "./style";

/** Graph of a group of parameters, with their limits. */
export function groupGraph(group: ParameterGroup): TimeseriesBuilder {
  const [first] = group.parameters;
  const values = first.array
    ? arrayLines(first, first.array.most)
    : group.parameters.map((each, i) => overTime(valueOf(each), group.legends[i] ?? each.name));
  const panel = graph({
    key: first.metric,
    title: first.kind === "counter" ? `${group.title} (per 5 minutes)` : group.title,
    description: describeGroup(group),
    unit: grafanaUnit(first.unit.base),
    queries: isLimitedByMode(first) ? [...values, ...limitLines(first)] : values,
  });
  if (!first.limits) return panel;
  if (isLimitedByMode(first)) {
    for (const { regexp, properties } of limitLineOverrides()) panel.overrideByRegexp(regexp, properties);
    return panel;
  }
  const { min, max } = limitSpan(first);
  if (min !== undefined && max !== undefined && min < max) panel.axisSoftMin(min).axisSoftMax(max);
  return panel.thresholds(thresholds(limitSteps(first, "transparent"))).thresholdsStyle(zones());
}

/** Elements of an array by their index; of a long one the least, the mean and the greatest. */
function arrayLines(parameter: Parameter, most: number): ReturnType<typeof overTime>[] {
  const value = valueOf(parameter);
  if (most <= mostLines) return [overTime(value, "{{index}}")];
  return (["max", "avg", "min"] as const).map((how) => overTime(`${how} by (spacecraft) (${value})`, how));
}

function valueOf(parameter: Parameter): string {
  const selector = ofChosen(parameter.metric);
  return parameter.kind === "counter" ? `increase(${selector}[5m])` : selector;
}

function describeGroup({ parameters }: ParameterGroup): string {
  const [first] = parameters;
  const what = parameters.map(meaning).join("  \n");
  return first.limits ? `${what}\n\n${describeLimits(first)}` : what;
}

function describeLimits(parameter: Parameter): string {
  const persistence = parameter.limits?.persistenceSeconds ?? 0;
  const lasting = `An alarm when crossed for ${persistence} s.`;
  if (!isLimitedByMode(parameter)) return lasting;
  const { byMode, contexts } = parameter.limits ?? { byMode: new Map<string, unknown>(), contexts: [] };
  const modes = [...byMode.keys()].join(", ");
  const where = [
    ...(modes === "" ? [] : [`in ${modes}`]),
    ...contexts.map(({ context }) => `where ${inMarkdown(context.text)}`),
  ];
  return `${lasting} The dashed lines are the limits in force: other ones hold ${where.join(", ")}.`;
}

/** Timeline of an enumeration's state. */
export function stateTimeline(parameter: Parameter): StateTimelineBuilder {
  return timeline({
    key: parameter.metric,
    title: title(parameter.name),
    description: meaning(parameter),
    unit: "none",
    queries: [overTime(ofChosen(recordedState(parameter)), title(parameter.name))],
  }).mappings([stateMap(parameter)]);
}

export function stateMap(parameter: Parameter): model.ValueMapping {
  return valueMap(
    [...parameter.states].map(([raw, state], i) => {
      const severity = parameter.alarms?.byState.get(raw);
      return [raw, state, severity ? colours[severity] : stateColour(state, i)] as const;
    }),
  );
}

/** Timelines of booleans, one row each, as many as a viewer can look through. */
export function booleanTimelines(key: string, parameters: readonly Parameter[]): StateTimelineBuilder[] {
  return inPortions(parameters, 50).map((those, i) =>
    booleanTimeline(i === 0 ? key : `${key}-${i + 1}`, those),
  );
}

function booleanTimeline(key: string, parameters: readonly Parameter[]): StateTimelineBuilder {
  return timeline({
    key,
    title: "On and off",
    description: parameters.map(meaning).join("  \n"),
    unit: "none",
    height: 3 + parameters.length,
    queries: parameters.map((each) => overTime(ofChosen(each.metric), title(each.name))),
  })
    .showValue(common.VisibilityMode.Never)
    .mappings([
      valueMap([
        [0, "no", colours.off],
        [1, "yes", colours.neutral],
      ]),
    ]);
}
