/** Dashboard of the service level objectives: what is left of each budget, how fast it is used, and what was bad. */
import { frame } from "../../dashboards/frame";
import { thresholds, zones } from "../../dashboards/limits";
import { graph, stat } from "../../dashboards/panels";
import { now, overTime } from "../../dashboards/queries";
import type { model, StatBuilder, TimeseriesBuilder } from "../../dashboards/sdk";
import { colours } from "../../dashboards/style";
import type { Dictionary } from "../../telemetry/dictionary";
import { sloRecords } from "./rules";

const legend = "{{slo}} {{spacecraft}}";

/** @param dictionary whose passes and reboots are drawn */
export function sloDashboard(dictionary: Dictionary): model.DashboardBuilder {
  const board = frame(dictionary, {
    uid: "perigee-slos",
    title: "Service levels",
    description: "Objectives: what is left of what may be bad, and how fast it is used.",
    perSpacecraft: false,
  }).time({ from: "now-2d", to: "now" });
  for (const panel of [left(), used(), ...burnt()]) board.withPanel(panel);
  return board;
}

const steps = [
  { value: null, color: colours.red },
  { value: 0, color: colours.yellow },
  { value: 0.25, color: colours.nominal },
];

function left(): StatBuilder {
  return stat(
    {
      key: "left",
      title: "Budget left",
      description: "Share of what may be bad in the period that is left. Below 0 the objective is missed.",
      unit: "percentunit",
      ...{ width: 24, height: 4 },
      queries: [now(sloRecords.left, legend)],
    },
    steps,
  );
}

function used(): TimeseriesBuilder {
  return graph({
    key: "left-over-time",
    title: "Budget left, over time",
    description: "It grows again when bad times are older than the period.",
    unit: "percentunit",
    width: 24,
    queries: [overTime(sloRecords.left, legend)],
  })
    .thresholds(
      thresholds([
        { value: null, color: colours.red },
        { value: 0, color: "transparent" },
      ]),
    )
    .thresholdsStyle(zones());
}

/** The burn rate of each window: 1 uses up exactly the budget. */
function burnt(): TimeseriesBuilder[] {
  return (["1h", "1d"] as const).map((window) =>
    graph({
      key: `burn-${window}`,
      title: `Burn rate, ${window}`,
      description: `What was bad in ${window}, in multiples of what would use up the budget exactly by the period's end.`,
      unit: "none",
      width: 12,
      queries: [
        overTime(`${sloRecords.errors(window)} / on (slo) group_left () ${sloRecords.budget}`, legend),
      ],
    }),
  );
}
