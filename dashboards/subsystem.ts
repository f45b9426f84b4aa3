/** Dashboard of one subsystem, made for each in the dictionary: alarms, states, booleans and graphs of numbers. */
import type { Dictionary } from "../telemetry/dictionary";
import { subsystemTag, subsystemUid } from "./frame";
import { pages } from "./pages";
import { timeline, valueMap } from "./panels";
import { parameterGroups } from "./parameterGroups";
import { booleanTimelines, groupGraph, stateTimeline } from "./parameterPanels";
import { alarms, chosen, overTime } from "./queries";
import type { model, StateTimelineBuilder } from "./sdk";
import { colours, title } from "./style";

/** Dashboards with all parameters of one subsystem, one unless it is big: alarms and states on top, then the values with their limits. */
export function subsystemDashboards(dictionary: Dictionary, subsystem: string): model.DashboardBuilder[] {
  const parameters = dictionary.parameters.filter((each) => each.subsystem === subsystem);
  const booleans = parameters.filter((each) => each.type === "boolean");
  const spec = {
    uid: [subsystemUid, subsystem],
    title: `Subsystem ${title(subsystem)}`,
    description: `Every parameter of the subsystem ${subsystem}, with its limits.`,
    tags: [subsystemTag],
    perSpacecraft: true,
  } as const;
  return pages(dictionary, spec, [
    alarmTimeline(subsystem),
    ...parameters.filter(({ type }) => type === "enumeration").map(stateTimeline),
    ...booleanTimelines(`${subsystem}-booleans`, booleans),
    ...parameterGroups(parameters).map(groupGraph),
  ]);
}

function alarmTimeline(subsystem: string): StateTimelineBuilder {
  const of = [chosen, `subsystem="${subsystem}"`];
  const by = "max by (alertname, parameter, bound)";
  return timeline({
    key: `${subsystem}-alarms`,
    title: "Alarms",
    description: `Alerts of the subsystem ${subsystem} that fired, a row each. Empty: none.`,
    unit: "none",
    height: 5,
    queries: [
      overTime(
        `${by} (${alarms(...of, 'severity="critical"')}) * 2 or ${by} (${alarms(...of, 'severity="warning"')})`,
        "{{parameter}} {{bound}} {{alertname}}",
      ),
    ],
  })
    .noValue("no alarm")
    .mappings([
      valueMap([
        [1, "yellow", colours.yellow],
        [2, "red", colours.red],
      ]),
    ]);
}
