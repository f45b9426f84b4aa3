/** Dashboard of the whole fleet: counts, a table of spacecraft, modes, firing alarms, signal age and packet rate. */
import { type Dictionary, exporterMetricNames as names } from "../telemetry/dictionary";
import { recorded, recordedCount, recordedState, type Roles, rolesOf } from "../telemetry/rules";
import type { DashboardSettings } from ".";
import { frame, spacecraftLink, uids } from "./frame";
import { thresholds } from "./limits";
import { alarmSteps, graph, stat, table, timeline } from "./panels";
import { stateMap } from "./parameterPanels";
import { alarms, now, overTime, rows } from "./queries";
import type { model, StatBuilder, StateTimelineBuilder, TableBuilder } from "./sdk";
import { colours, meaning } from "./style";

/** Overview of all spacecraft: lost signals, alarms and modes. Grafana's home dashboard. */
export function fleetDashboard(
  dictionary: Dictionary,
  { staleAfterPeriods }: DashboardSettings,
): model.DashboardBuilder {
  const roles = rolesOf(dictionary);
  const board = frame(dictionary, {
    uid: uids.fleet,
    title: "Fleet overview",
    description:
      "Every spacecraft: contact, alarms and mode. A click on a spacecraft opens its own dashboard.",
    perSpacecraft: false,
  });
  for (const panel of headlines(staleAfterPeriods)) board.withPanel(panel);
  board.withPanel(spacecraftTable(roles));
  if (roles.mode) board.withPanel(modes(roles.mode));
  return board.withPanel(alarmTable()).withPanel(signalAge()).withPanel(packetRate());
}

function headlines(most: number): StatBuilder[] {
  const silent = `count(min by (spacecraft) (${recorded.packetLateness}) > ${most}) or vector(0)`;
  const isRed = alarmSteps(colours.red);
  return [
    stat({
      key: "spacecraft",
      title: "Spacecraft",
      description: "Spacecraft that an exporter listens for.",
      unit: "none",
      width: 6,
      queries: [now(`count(count by (spacecraft) (${names.packetPeriod}))`, "spacecraft")],
    }),
    stat(
      {
        key: "silent",
        title: "Without signal",
        description: `Spacecraft of which no packet of any kind came for ${most} of its periods.`,
        unit: "none",
        width: 6,
        queries: [now(silent, "without signal")],
      },
      isRed,
    ),
    stat(
      {
        key: "red",
        title: "Red alarms",
        description: "Critical alerts that are firing, for all spacecraft and the ground segment's exporter.",
        unit: "none",
        width: 6,
        queries: [now(`count(${alarms('severity="critical"', 'team=~".+"')}) or vector(0)`, "red")],
      },
      isRed,
    ),
    stat(
      {
        key: "yellow",
        title: "Yellow alarms",
        description: "Warnings that are firing.",
        unit: "none",
        width: 6,
        queries: [now(`count(${alarms('severity="warning"', 'team=~".+"')}) or vector(0)`, "yellow")],
      },
      alarmSteps(colours.yellow),
    ),
  ];
}

/** Column of the table: one query, joined by spacecraft. */
interface Column {
  readonly name: string;
  readonly expr: string;
  readonly unit: string;
  readonly steps?: model.Threshold[];
  readonly mappings?: model.ValueMapping[];
}

function columns({ mode, boots }: Roles): Column[] {
  const zero = `max by (spacecraft) (${names.packetPeriod}) * 0`;
  const count = (severity: string): string =>
    `count by (spacecraft) (${alarms(`severity="${severity}"`, 'spacecraft=~".+"')}) or on (spacecraft) ${zero}`;
  return [
    ...(mode ? [{ name: "Mode", expr: recordedState(mode), unit: "none", mappings: [stateMap(mode)] }] : []),
    { name: "Last packet", expr: recorded.signalAge, unit: "s" },
    { name: "Red alarms", expr: count("critical"), unit: "none", steps: alarmSteps(colours.red) },
    { name: "Yellow alarms", expr: count("warning"), unit: "none", steps: alarmSteps(colours.yellow) },
    { name: "Packets", expr: `sum by (spacecraft) (${recorded.packetRate})`, unit: "pps" },
    { name: "Lost", expr: `max by (spacecraft) (${recorded.packetLoss})`, unit: "percentunit" },
    { name: "Clock offset", expr: `avg by (spacecraft) (${names.onboardTimeOffset})`, unit: "s" },
    ...(boots ? [{ name: "Boots", expr: recordedCount(boots), unit: "none" }] : []),
  ];
}

function spacecraftTable(roles: Roles): TableBuilder {
  const all = columns(roles);
  const panel = table({
    key: "spacecraft-table",
    title: "Spacecraft",
    description:
      "What holds now. Age of the last packet of any kind; share of packets lost over 5 minutes, of the worst kind.",
    unit: "none",
    queries: all.map(({ expr }) => rows(expr)),
  }).transformations([
    { id: "joinByField", options: { byField: "spacecraft", mode: "outer" } },
    {
      id: "organize",
      options: { excludeByName: timesOf(all.length) },
    },
  ]);
  panel.overrideByName("spacecraft", [
    { id: "displayName", value: "Spacecraft" },
    { id: "links", value: [spacecraftLink(uids.spacecraft, "Open this spacecraft").build()] },
  ]);
  all.forEach((column, i) =>
    panel.overrideByName(`Value #${String.fromCharCode(65 + i)}`, columnProperties(column)),
  );
  return panel;
}

/** Time columns to exclude; each joined query adds one: "Time 1", "Time 2", ... */
function timesOf(queries: number): Record<string, boolean> {
  const numbered = Array.from({ length: queries }, (_, i) => [`Time ${i + 1}`, true] as const);
  return { Time: true, __name__: true, ...Object.fromEntries(numbered) };
}

function columnProperties({ name, unit, steps, mappings }: Column): model.DynamicConfigValue[] {
  return [
    { id: "displayName", value: name },
    { id: "unit", value: unit },
    ...(steps
      ? [
          { id: "thresholds", value: thresholds(steps).build() },
          { id: "custom.cellOptions", value: { type: "color-text" } },
        ]
      : []),
    ...(mappings
      ? [
          { id: "mappings", value: mappings },
          { id: "custom.cellOptions", value: { type: "color-text" } },
        ]
      : []),
  ];
}

function modes(mode: NonNullable<Roles["mode"]>): StateTimelineBuilder {
  return timeline({
    key: "modes",
    title: "Mode",
    description: `${meaning(mode)}, a row for each spacecraft.`,
    unit: "none",
    height: 6,
    queries: [overTime(recordedState(mode), "{{spacecraft}}")],
  })
    .mappings([stateMap(mode)])
    .dataLinks([spacecraftLink(uids.spacecraft, "Open this spacecraft", "${__series.name}")]);
}

function alarmTable(): TableBuilder {
  return table({
    key: "alarm-table",
    title: "Alarms",
    description: "Alerts that are firing. The pages in docs/alerts say what each means and what to do.",
    unit: "none",
    queries: [rows(alarms('team=~".+"'))],
  })
    .transformations([
      {
        id: "organize",
        options: {
          excludeByName: {
            Time: true,
            Value: true,
            __name__: true,
            alertstate: true,
            instance: true,
            job: true,
          },
          indexByName: {
            severity: 0,
            spacecraft: 1,
            alertname: 2,
            subsystem: 3,
            parameter: 4,
            bound: 5,
            packet: 6,
          },
        },
      },
    ])
    .overrideByName("spacecraft", [
      { id: "links", value: [spacecraftLink(uids.spacecraft, "Open this spacecraft").build()] },
    ])
    .overrideByName("severity", [
      {
        id: "mappings",
        value: [
          {
            type: "value",
            options: {
              critical: { text: "red", color: colours.red },
              warning: { text: "yellow", color: colours.yellow },
            },
          },
        ],
      },
      { id: "custom.cellOptions", value: { type: "color-text" } },
    ]);
}

function signalAge(): ReturnType<typeof graph> {
  return graph({
    key: "signal-age",
    title: "Age of the last packet",
    description: "Seconds since the newest packet of any kind.",
    unit: "s",
    width: 12,
    queries: [overTime(recorded.signalAge, "{{spacecraft}}")],
  });
}

function packetRate(): ReturnType<typeof graph> {
  return graph({
    key: "packet-rate",
    title: "Packets",
    description: "Packets received per second, all kinds together.",
    unit: "pps",
    width: 12,
    queries: [overTime(`sum by (spacecraft) (${recorded.packetRate})`, "{{spacecraft}}")],
  });
}
