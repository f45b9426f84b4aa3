/** Recording rules and their names: age, rate and loss of packets, states of enumerations, boots. */
import { type Dictionary, exporterMetricNames as names, type Parameter } from "../dictionary";
import { rolesOf } from "./roles";
import type { RecordingRule } from "./rule";
import { type SeriesOf, seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/** Names of what the rules record, by what the dashboards and alerts take from them. */
export const recorded = {
  /** Seconds since the newest packet of a kind. */
  packetAge: "spacecraft_packet:bus_packet_age_seconds:min",
  /** The same in the packet's periods: 1 is punctual. */
  packetLateness: "spacecraft_packet:bus_packet_lateness:ratio",
  /** Seconds since the newest packet of any kind. */
  signalAge: "spacecraft:bus_signal_age_seconds:min",
  /** Packets per second of a kind, over 5 minutes: a slow dictionary is scraped every 30 s. */
  packetRate: "spacecraft_packet:bus_packets_received:rate5m",
  /** Share of a kind's packets lost over 5 minutes. */
  packetLoss: "spacecraft_packet:bus_packet_loss:ratio5m",
  /** Packets of a kind lost over 5 minutes. */
  packetsLost: "spacecraft_packet:bus_packets_lost:increase5m",
  /** Parameters that the dictionary's limits watch at present. */
  limitedParameters: "spacecraft:bus_parameter_limit:count",
} as const;

/** The newest value of a counter: dashboards show a counter itself only where its number means something. */
export const recordedCount = (parameter: Parameter): string =>
  `spacecraft:${parameter.metric.replace(/_total$/, "")}:max`;

/** The raw value of an enumeration's present state: what a state timeline draws. */
export const recordedState = (parameter: Parameter): string => `spacecraft:${parameter.metric}:raw`;

const kind = "by (spacecraft, apid, packet)";

/**
 * The age as it was when the exporter was scraped (`timestamp`), so that a long scrape interval does not look like a
 * silent spacecraft. A packet that never came since the exporter's start has the exporter's age.
 */
function age(of: SeriesOf): string {
  const newest = of(names.lastPacketTimestamp);
  return (
    `min ${kind} (timestamp(${newest}) - ((${newest} > 0) or ` +
    `(${newest} == 0) + on (job, instance) group_left () ${of("process_start_time_seconds")}))`
  );
}

/** Records about the link. The order matters: a group's rules are evaluated one after the other. */
export function linkRecords(settings: RuleSettings): RecordingRule[] {
  const of = seriesOf(settings.job);
  const increase = (metric: string): string => `sum ${kind} (increase(${of(metric)}[5m]))`;
  return [
    { record: recorded.packetAge, expr: age(of) },
    {
      record: recorded.packetLateness,
      expr: `${recorded.packetAge} / max ${kind} (${of(names.packetPeriod)})`,
    },
    { record: recorded.signalAge, expr: `min by (spacecraft) (${recorded.packetAge})` },
    { record: recorded.packetRate, expr: `sum ${kind} (rate(${of(names.packetsReceived)}[5m]))` },
    {
      // A packet that came late was counted as missing before it came.
      record: recorded.packetsLost,
      expr: `clamp_min(${increase(names.packetGaps)} - ${increase(names.packetReordered)}, 0)`,
    },
    {
      record: recorded.packetLoss,
      expr: `${recorded.packetsLost} / (${recorded.packetsLost} + ${increase(names.packetsReceived)} > 0)`,
    },
    {
      record: recorded.limitedParameters,
      expr: `count by (spacecraft) (count by (spacecraft, parameter) (${of(names.parameterLimit)}))`,
    },
  ];
}

/** One record for each enumeration, and the number of boots. */
export function stateRecords(dictionary: Dictionary, settings: RuleSettings): RecordingRule[] {
  const of = seriesOf(settings.job);
  const { boots } = rolesOf(dictionary);
  const states = dictionary.parameters
    .filter((parameter) => parameter.type === "enumeration")
    .map((parameter) => ({ record: recordedState(parameter), expr: stateExpression(parameter, of) }));
  const counts = boots
    ? [{ record: recordedCount(boots), expr: `max by (spacecraft) (${of(boots.metric)})` }]
    : [];
  return [...states, ...counts];
}

/** From a series per state, 1 for the one that holds, to that state's number. */
function stateExpression({ metric, states }: Parameter, of: SeriesOf): string {
  const perState = [...states].map(([raw, state]) => `0 * (${of(metric, `state="${state}"`)} == 1) + ${raw}`);
  return `max by (spacecraft) (${perState.join(" or ")})`;
}
