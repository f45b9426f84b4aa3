/** Metric names: of parameters (from subsystem, name and unit) and of the exporter itself. */
import { type BaseUnit, type Unit, unitOf } from "./units";

/** Parts of a metric name. */
export interface Named {
  readonly subsystem: string;
  readonly name: string;
  readonly unit: Unit;
  /** info: a text, as a label of a series of 1. */
  readonly kind: "gauge" | "counter" | "info";
}

const kindSuffixes = { gauge: "", counter: "total", info: "info" } as const;

/**
 * Prometheus name of a parameter: `bus_<subsystem>_<name>_<base unit>`, with the suffix `_total` for a counter and `_info`
 * for a text.
 * The name of a plain count, an enumeration or a boolean has no unit.
 * @example bus_power_battery_voltage_volts
 */
export function metricName(parameter: Named): string {
  return [
    "bus",
    parameter.subsystem,
    parameter.name,
    parameter.unit.base.suffix,
    kindSuffixes[parameter.kind],
  ]
    .filter(Boolean)
    .join("_");
}

/** Name of the metric of a gauge or a text, as its parameter is written in a dictionary file. */
export function metricNameOf(
  subsystem: string,
  name: string,
  type: string,
  unit: string | BaseUnit | undefined,
): string {
  const isText = type === "string" || type === "binary";
  const isNumber = type === "unsigned" || type === "signed" || type === "float" || type === "derived";
  return metricName({
    ...{ subsystem, name, unit: unitOf(isNumber ? unit : undefined) },
    kind: isText ? "info" : "gauge",
  });
}

/** Names of the exporter's own metrics: reserved, no parameter may use them. */
export const exporterMetricNames = {
  parameterLimit: "bus_parameter_limit",
  packetsReceived: "bus_packets_received_total",
  packetGaps: "bus_packet_gaps_total",
  packetDuplicates: "bus_packet_duplicates_total",
  packetReordered: "bus_packet_reordered_total",
  packetsStored: "bus_stored_packets_total",
  decodeErrors: "bus_decode_errors_total",
  unknownApid: "bus_unknown_apid_total",
  unknownApidPackets: "bus_unknown_apid_packets_total",
  idlePackets: "bus_idle_packets_total",
  events: "bus_events_total",
  suppressedEvents: "bus_suppressed_events_total",
  lastPacketTimestamp: "bus_last_packet_timestamp_seconds",
  packetPeriod: "bus_packet_period_seconds",
  onboardTimeOffset: "bus_onboard_time_offset_seconds",
  contactExpected: "bus_contact_expected",
  nextAos: "bus_contact_next_aos_seconds",
  lastLos: "bus_contact_last_los_seconds",
  planAge: "bus_contact_plan_age_seconds",
  planLeft: "bus_contact_plan_left_seconds",
  signalExpected: "bus_signal_expected_seconds",
  signalAcquired: "bus_signal_acquired_timestamp_seconds",
  silence: "bus_signal_silence_seconds",
  buildInfo: "perigee_telemetry_build_info",
} as const;
