/** Recording rules and their names: age, rate and loss of packets, states of enumerations, boots. */
import { type Dictionary, exporterMetricNames as names, type Parameter } from "../dictionary";
import { awaited } from "./contacts";
import { rolesOf } from "./roles";
import type { RecordingRule } from "./rule";
import { type SeriesOf, seriesOf } from "./series";
import type { RuleSettings } from "./settings";

/** Names of the recorded series, by their meaning for dashboards and alerts. */
export const recorded = {
  /** Seconds since the newest packet of a kind. */
  packetAge: "spacecraft_packet:bus_packet_age_seconds:min",
  /** Age of the newest packet of a kind in periods of the packet: 1 is on time. */
  packetLateness: "spacecraft_packet:bus_packet_lateness:ratio",
  /** Periods for which a packet has been awaited: of a planned contact, since a signal was expected. */
  packetAwaited: "spacecraft_packet:bus_packet_awaited:ratio",
  /** Spacecraft that an exporter of a job has served within the last hour. */
  served: "spacecraft_job:bus_idle_packets_total:last1h",
  /** Seconds since the newest packet of any kind. */
  signalAge: "spacecraft:bus_signal_age_seconds:min",
  /** Packets per second of a kind, over 5 minutes: the scrape interval may be 30 s. */
  packetRate: "spacecraft_packet:bus_packets_received:rate5m",
  /** Ratio of lost packets of a kind over 5 minutes. */
  packetLoss: "spacecraft_packet:bus_packet_loss:ratio5m",
  /** Packets of a kind lost over 5 minutes. */
  packetsLost: "spacecraft_packet:bus_packets_lost:increase5m",
  /** Number of parameters with a limit in force. */
  limitedParameters: "spacecraft:bus_parameter_limit:count",
} as const;

/** Name of the record with a counter's newest value, for counters whose absolute value is displayed. */
export const recordedCount = (parameter: Parameter): string =>
  `spacecraft:${parameter.metric.replace(/_total$/, "")}:max`;

/** Name of the record with the raw value of an enumeration's current state, for state timelines. */
export const recordedState = (parameter: Parameter): string => `spacecraft:${parameter.metric}:raw`;

const kind = "by (spacecraft, apid, packet)";

/**
 * Age at the time of the scrape (`timestamp`), so that a long scrape interval does not look like a loss of signal. The
 * age of a packet never received since the exporter's start is the exporter's uptime.
 */
function age(of: SeriesOf): string {
  const newest = of(names.lastPacketTimestamp);
  return (
    `min ${kind} (timestamp(${newest}) - ((${newest} > 0) or ` +
    `(${newest} == 0) + on (job, instance) group_left () ${of("process_start_time_seconds")}))`
  );
}

/** Packets of the last 5 minutes, by the labels of {@link recorded.packetsLost}, as far as the counts tell. */
export function livePackets(job: string): string {
  const of = seriesOf(job);
  // Neither a second station's copies nor what a recorder plays back is a packet that might have been lost.
  const live = [names.packetsReceived, names.packetDuplicates, names.packetsStored].map((metric) =>
    increaseOf(of(metric)),
  );
  return `clamp_min(${live.join(" - ")}, 0)`;
}

const increaseOf = (series: string): string => `sum ${kind} (increase(${series}[5m]))`;

/** Records about the link. The order matters: rules of a group are evaluated sequentially. */
export function linkRecords(settings: RuleSettings): RecordingRule[] {
  const of = seriesOf(settings.job);
  const increase = (metric: string): string => increaseOf(of(metric));
  return [
    { record: recorded.packetAge, expr: age(of) },
    {
      record: recorded.packetLateness,
      expr: `${recorded.packetAge} / max ${kind} (${of(names.packetPeriod)})`,
    },
    {
      record: recorded.packetAwaited,
      expr: `(${awaited(recorded.packetAge, settings)}) / max ${kind} (${of(names.packetPeriod)})`,
    },
    {
      record: recorded.served,
      expr: `max by (spacecraft, job) (last_over_time(${of(names.idlePackets)}[1h]))`,
    },
    { record: recorded.signalAge, expr: `min by (spacecraft) (${recorded.packetAge})` },
    { record: recorded.packetRate, expr: `sum ${kind} (rate(${of(names.packetsReceived)}[5m]))` },
    {
      // A late packet was counted as missing before it arrived.
      record: recorded.packetsLost,
      expr: `clamp_min(${increase(names.packetGaps)} - ${increase(names.packetReordered)}, 0)`,
    },
    {
      record: recorded.packetLoss,
      expr: `${recorded.packetsLost} / (${recorded.packetsLost} + ${livePackets(settings.job)} > 0)`,
    },
    {
      record: recorded.limitedParameters,
      expr: `count by (spacecraft) (count by (spacecraft, parameter) (${of(names.parameterLimit)}))`,
    },
  ];
}

/** Records of each enumeration's state, and of the number of boots. */
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

/** Expression for the current state's number, from one series per state with value 1 for the current one. */
function stateExpression({ metric, states }: Parameter, of: SeriesOf): string {
  const perState = [...states].map(([raw, state]) => `0 * (${of(metric, `state="${state}"`)} == 1) + ${raw}`);
  return `max by (spacecraft) (${perState.join(" or ")})`;
}
