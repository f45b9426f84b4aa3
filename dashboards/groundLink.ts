/** Dashboard of a spacecraft's link: passes, age and rate of packets, losses, decode errors and clock offset. */
import { type Dictionary, exporterMetricNames as names } from "../telemetry/dictionary";
import { alertLimits, recorded, rolesOf } from "../telemetry/rules";
import type { DashboardSettings } from ".";
import { frame, uids } from "./frame";
import { thresholds } from "./limits";
import { graph, limitedGraph, timeline, valueMap } from "./panels";
import { ofChosen, overTime } from "./queries";
import type { model, StateTimelineBuilder, TimeseriesBuilder } from "./sdk";
import { colours, meaning } from "./style";

/** Dashboard with the packets of one spacecraft: arrival, completeness and decode errors. */
export function groundLinkDashboard(
  dictionary: Dictionary,
  { staleAfterPeriods }: DashboardSettings,
): model.DashboardBuilder {
  const board = frame(dictionary, {
    uid: uids.groundLink,
    title: "Ground link",
    description: "How a spacecraft's packets arrive: punctual, complete, readable; and its clock.",
    perSpacecraft: true,
  });
  for (const panel of [...passes(dictionary), plannedContacts()]) board.withPanel(panel);
  for (const panel of [...arrival(staleAfterPeriods), ...completeness(), ...readability()]) {
    board.withPanel(panel);
  }
  return board;
}

function passes(dictionary: Dictionary): StateTimelineBuilder[] {
  const { pass } = rolesOf(dictionary);
  if (!pass) return [];
  return [
    timeline({
      key: "passes",
      title: "Passes",
      description: meaning(pass),
      unit: "none",
      queries: [overTime(ofChosen(pass.metric), "pass")],
    }).mappings([
      valueMap([
        [0, "no", colours.off],
        [1, "pass", colours.pass],
      ]),
    ]),
  ];
}

/** Contacts of the plan. Without one the panel is empty. */
function plannedContacts(): StateTimelineBuilder {
  return timeline({
    key: "contacts",
    title: "Planned contacts",
    description:
      "From AOS to LOS, where there is a contact plan (telemetry.contacts): between contacts no signal is expected.",
    unit: "none",
    queries: [overTime(`max(${ofChosen(names.contactExpected)})`, "contact")],
  }).mappings([
    valueMap([
      [0, "no", colours.off],
      [1, "contact", colours.pass],
    ]),
  ]);
}

function arrival(most: number): TimeseriesBuilder[] {
  return [
    limitedGraph(
      {
        key: "lateness",
        title: "Age of the last packet",
        description: `Age of the newest packet of each kind, in its periods. Beyond ${most} it is overdue.`,
        unit: "suffix:periods",
        queries: [overTime(ofChosen(recorded.packetLateness), "{{packet}}")],
      },
      most,
      colours.yellow,
    ).axisSoftMax(most),
    graph({
      key: "age",
      title: "Age of the last packet, in seconds",
      description: "Seconds since the newest packet of each kind came.",
      unit: "s",
      queries: [overTime(ofChosen(recorded.packetAge), "{{packet}}")],
    }),
    graph({
      key: "rate",
      title: "Packets",
      description: "Packets received per second, by kind, over 5 minutes.",
      unit: "pps",
      queries: [overTime(ofChosen(recorded.packetRate), "{{packet}}")],
    }),
  ];
}

const increase = (metric: string): string => `sum by (packet) (increase(${ofChosen(metric)}[5m]))`;

function completeness(): TimeseriesBuilder[] {
  return [
    limitedGraph(
      {
        key: "loss",
        title: "Lost packets",
        description: "Share of the packets of the last 5 minutes that the sequence counts miss.",
        unit: "percentunit",
        queries: [overTime(ofChosen(recorded.packetLoss), "{{packet}}")],
      },
      alertLimits.lossRatio,
      colours.yellow,
    ),
    graph({
      key: "gaps",
      title: "Missing packets (per 5 minutes)",
      description: "Packets that the sequence counts skipped, before late ones came.",
      unit: "none",
      queries: [overTime(increase(names.packetGaps), "{{packet}}")],
    }),
    graph({
      key: "disorder",
      title: "Duplicates, late and stored packets (per 5 minutes)",
      description: "Packets that came twice, after a later one, or that a recorder played back.",
      unit: "none",
      queries: [
        overTime(increase(names.packetDuplicates), "{{packet}} twice"),
        overTime(increase(names.packetReordered), "{{packet}} late"),
        overTime(increase(names.packetsStored), "{{packet}} stored"),
      ],
    }),
  ];
}

function readability(): TimeseriesBuilder[] {
  const { clockOffsetSeconds: most } = alertLimits;
  return [
    graph({
      key: "errors",
      title: "Decode errors (per 5 minutes)",
      description: "Packets or values that could not be decoded, by reason.",
      unit: "none",
      queries: [
        overTime(
          `sum by (reason, packet) (increase(${ofChosen(names.decodeErrors)}[5m])) > 0`,
          "{{reason}} {{packet}}",
        ),
      ],
    }),
    graph({
      key: "strangers",
      title: "Other packets (per 5 minutes)",
      description: "Packets of an APID that the dictionary does not have, and idle packets.",
      unit: "none",
      queries: [
        overTime(
          `sum by (apid) (increase(${ofChosen(names.unknownApidPackets)}[5m]))`,
          "unknown APID {{apid}}",
        ),
        overTime(`sum(increase(${ofChosen(names.idlePackets)}[5m]))`, "idle"),
      ],
    }),
    limitedGraph(
      {
        key: "clock",
        title: "Clock offset",
        description: `On-board time minus ground time at the newest packet. Beyond ${most} s either way it is an alarm.`,
        unit: "s",
        queries: [overTime(ofChosen(names.onboardTimeOffset), "offset")],
      },
      most,
      colours.yellow,
    ).thresholds(
      thresholds([
        { value: null, color: colours.yellow },
        { value: -most, color: "transparent" },
        { value: most, color: colours.yellow },
      ]),
    ),
  ];
}
