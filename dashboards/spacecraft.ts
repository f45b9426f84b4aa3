/** Dashboard of one spacecraft: headline figures, mode and orbit timelines, alarms, and limited values. */
import { type Dictionary, exporterMetricNames as names, type Parameter } from "../telemetry/dictionary";
import { alertLimits, recorded, recordedCount, recordedState, type Roles, rolesOf } from "../telemetry/rules";
import type { DashboardSettings } from ".";
import { spacecraftLink, uids } from "./frame";
import { historyPanels } from "./history";
import { isLimitedByMode, limitSteps, thresholds } from "./limits";
import { pages } from "./pages";
import { alarmSteps, graph, stat, table, timeline, valueMap } from "./panels";
import { isNumber } from "./parameterGroups";
import { stateMap, stateTimeline } from "./parameterPanels";
import { alarms, chosen, now, ofChosen, overTime, rows } from "./queries";
import {
  common,
  type model,
  type StatBuilder,
  type StateTimelineBuilder,
  type TableBuilder,
  type TimeseriesBuilder,
} from "./sdk";
import { colours, grafanaUnit, meaning, title } from "./style";

/** Limited values that the dashboard of a whole spacecraft shows each; of more it shows the subsystems. */
const mostValues = 300;

/** Dashboard with state and alarms of one spacecraft, and every limited value in its limit's colour, by subsystem. */
export function spacecraftDashboards(
  dictionary: Dictionary,
  settings: DashboardSettings,
): model.DashboardBuilder[] {
  const roles = rolesOf(dictionary);
  const spec = {
    uid: [uids.spacecraft, ""],
    title: "Spacecraft",
    description:
      "One spacecraft: mode, contact, alarms, and all limited values in the colours of their limits.",
    perSpacecraft: true,
  } as const;
  const limited = dictionary.parameters.filter((each) => each.limits && isNumber(each));
  const bySubsystem = Map.groupBy(limited, ({ subsystem }) => subsystem);
  return pages(dictionary, spec, [
    ...headlines(roles, settings),
    ...timelines(dictionary, roles),
    alarmTimeline(),
    alarmTable(),
    ...eventGraph(dictionary),
    ...historyPanels(dictionary, roles, settings),
    ...[...bySubsystem].map(([subsystem, values]) =>
      limited.length > mostValues ? subsystemCondition(subsystem) : subsystemValues(subsystem, values),
    ),
  ]);
}

function headlines(roles: Roles, settings: DashboardSettings): StatBuilder[] {
  const count = (severity: string): string =>
    `count(${alarms(`severity="${severity}"`, chosen)}) or vector(0)`;
  const alarmCount = (key: string, severity: string): StatBuilder =>
    stat(
      {
        key,
        title: `${title(key)} alarms`,
        description: `Alerts of severity ${severity} that are firing for this spacecraft.`,
        unit: "none",
        queries: [now(count(severity), key)],
      },
      alarmSteps(key === "red" ? colours.red : colours.yellow),
    );
  return [
    ...modeStat(roles),
    alarmCount("red", "critical"),
    alarmCount("yellow", "warning"),
    lateness(settings),
    clockOffset(),
    ...bootStat(roles),
  ];
}

function lateness({ staleAfterPeriods }: DashboardSettings): StatBuilder {
  return stat(
    {
      key: "lateness",
      title: "Last packet",
      description: `Age of the newest packet, in periods of its kind; ${staleAfterPeriods} is loss of signal.`,
      unit: "suffix:periods",
      queries: [now(`min(${ofChosen(recorded.packetLateness)})`, "age")],
    },
    [
      { value: null, color: colours.nominal },
      { value: staleAfterPeriods, color: colours.red },
    ],
  ).decimals(1);
}

function clockOffset(): StatBuilder {
  const { clockOffsetSeconds: most } = alertLimits;
  return stat(
    {
      key: "clock",
      title: "Clock offset",
      description: "On-board time minus ground time at the newest packet.",
      unit: "s",
      queries: [now(`avg(${ofChosen(names.onboardTimeOffset)})`, "offset")],
    },
    [
      { value: null, color: colours.yellow },
      { value: -most, color: colours.nominal },
      { value: most, color: colours.yellow },
    ],
  );
}

function modeStat({ mode }: Roles): StatBuilder[] {
  if (!mode) return [];
  const panel = stat({
    key: "mode",
    title: "Mode",
    description: meaning(mode),
    unit: "none",
    queries: [now(ofChosen(recordedState(mode)), "mode")],
  });
  return [panel.mappings([stateMap(mode)]).colorMode(common.BigValueColorMode.Background)];
}

function bootStat({ boots }: Roles): StatBuilder[] {
  if (!boots) return [];
  return [
    stat({
      key: "boots",
      title: "Boots",
      description: meaning(boots),
      unit: "none",
      queries: [now(ofChosen(recordedCount(boots)), "boots")],
    }),
  ];
}

/** Timelines of the mode, the other enumerations, and the orbit (eclipses and passes). */
function timelines(dictionary: Dictionary, { mode, eclipse, pass }: Roles): StateTimelineBuilder[] {
  const orbit = [eclipse, pass].filter((each) => each !== undefined);
  const others = dictionary.parameters.filter((each) => each.type === "enumeration" && each !== mode);
  return [
    ...(mode ? [stateTimeline(mode)] : []),
    ...others.map(stateTimeline),
    ...(orbit.length > 0 ? [orbitTimeline(orbit)] : []),
  ];
}

function orbitTimeline(parameters: readonly Parameter[]): StateTimelineBuilder {
  return timeline({
    key: "orbit",
    title: "Orbit",
    description: [...parameters.map(meaning), "Contact planned: where there is a contact plan."].join("  \n"),
    unit: "none",
    queries: [
      ...parameters.map((each) => overTime(ofChosen(each.metric), title(each.name))),
      overTime(`max(${ofChosen(names.contactExpected)})`, "Contact planned"),
    ],
  }).mappings([
    valueMap([
      [0, "no", colours.off],
      [1, "yes", colours.pass],
    ]),
  ]);
}

function alarmTimeline(): StateTimelineBuilder {
  return timeline({
    key: "alarms-over-time",
    title: "Alarms over time",
    description: "Alerts that fired, a row each.",
    unit: "none",
    height: 8,
    queries: [
      overTime(
        `max by (alertname, parameter, packet, bound) (${alarms(chosen, 'severity="critical"')}) * 2 or ` +
          `max by (alertname, parameter, packet, bound) (${alarms(chosen, 'severity="warning"')})`,
        "{{alertname}} {{parameter}} {{packet}} {{bound}}",
      ),
    ],
  }).mappings([
    valueMap([
      [1, "yellow", colours.yellow],
      [2, "red", colours.red],
    ]),
  ]);
}

function alarmTable(): TableBuilder {
  return table({
    key: "alarm-table",
    title: "Alarms",
    description: "Alerts that are firing for this spacecraft. The pages in docs/alerts say what to do.",
    unit: "none",
    height: 6,
    queries: [rows(alarms(chosen))],
  }).transformations([
    {
      id: "organize",
      options: {
        excludeByName: { Time: true, Value: true, __name__: true, alertstate: true, spacecraft: true },
        indexByName: { severity: 0, alertname: 1, subsystem: 2, parameter: 3, bound: 4, packet: 5 },
      },
    },
  ]);
}

/** On-board events by severity, where the dictionary has some. */
function eventGraph({ packets }: Dictionary): TimeseriesBuilder[] {
  if (packets.every(({ events }) => events.length === 0)) return [];
  return [
    graph({
      key: "events",
      title: "On-board events (per 5 minutes)",
      description:
        "Events by severity, those of the present and those that a recorder played back. What they say is in the exporter's log, and of the newest on its page.",
      unit: "none",
      queries: [overTime(`sum by (severity) (increase(${ofChosen(names.events)}[5m])) > 0`, "{{severity}}")],
    }),
  ];
}

/** Limited values of a subsystem, each in the colour of its limits, with a link to the subsystem's dashboard. */
function subsystemValues(subsystem: string, parameters: readonly Parameter[]): StatBuilder {
  const panel = stat({
    key: `subsystem-${subsystem}`,
    title: title(subsystem),
    description:
      "Every value with limits, in the colour of its limits. Values whose limits change with the mode are blue: see the subsystem.",
    unit: "none",
    width: 24,
    height: 3 + 2 * Math.ceil(parameters.length / 8),
    queries: parameters.map((each) => now(ofChosen(each.metric), title(each.name))),
  })
    .textMode(common.BigValueTextMode.ValueAndName)
    .links([spacecraftLink(uids.subsystem(subsystem), `Open ${subsystem}`, "$spacecraft")]);
  for (const parameter of parameters) {
    panel.overrideByName(title(parameter.name), [
      { id: "unit", value: grafanaUnit(parameter.unit.base) },
      ...(isLimitedByMode(parameter)
        ? []
        : [{ id: "thresholds", value: thresholds(limitSteps(parameter)).build() }]),
    ]);
  }
  return panel;
}

/** Worst alarm of a subsystem that has too many values to show each, with a link to the subsystem's dashboard. */
function subsystemCondition(subsystem: string): StatBuilder {
  const of = [chosen, `subsystem="${subsystem}"`];
  const red = alarms(...of, 'severity="critical"');
  const yellow = alarms(...of, 'severity="warning"');
  return stat({
    key: `subsystem-${subsystem}`,
    title: title(subsystem),
    description:
      "Red where an alert of severity critical is firing in the subsystem, yellow where a warning is.",
    unit: "none",
    queries: [now(`max(${red}) * 2 or max(${yellow}) or vector(0)`, "alarm")],
  })
    .mappings([
      valueMap([
        [0, "nominal", colours.nominal],
        [1, "yellow", colours.yellow],
        [2, "red", colours.red],
      ]),
    ])
    .colorMode(common.BigValueColorMode.Background)
    .links([spacecraftLink(uids.subsystem(subsystem), `Open ${subsystem}`, "$spacecraft")]);
}
