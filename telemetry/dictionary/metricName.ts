/** Metric names: those of parameters, made from subsystem, name and unit, and the exporter's own. */
import type { Unit } from "./units";

/** What a metric's name depends on. */
export interface Named {
  readonly subsystem: string;
  readonly name: string;
  readonly unit: Unit;
  readonly kind: "gauge" | "counter";
}

/**
 * The Prometheus name of a parameter: `bus_<subsystem>_<name>_<base unit>`, with `_total` last for a counter.
 * A plain count, an enumeration and a boolean have no unit in their name.
 * @example bus_power_battery_voltage_volts
 */
export function metricName(parameter: Named): string {
  const total = parameter.kind === "counter" ? "total" : "";
  return ["bus", parameter.subsystem, parameter.name, parameter.unit.base.suffix, total]
    .filter(Boolean)
    .join("_");
}

/** The exporter's own metrics: a parameter may not take one of these names. */
export const exporterMetricNames = {
  parameterLimit: "bus_parameter_limit",
  packetsReceived: "bus_packets_received_total",
  packetGaps: "bus_packet_gaps_total",
  packetDuplicates: "bus_packet_duplicates_total",
  packetReordered: "bus_packet_reordered_total",
  decodeErrors: "bus_decode_errors_total",
  unknownApid: "bus_unknown_apid_total",
  idlePackets: "bus_idle_packets_total",
  lastPacketTimestamp: "bus_last_packet_timestamp_seconds",
  packetPeriod: "bus_packet_period_seconds",
  onboardTimeOffset: "bus_onboard_time_offset_seconds",
  buildInfo: "perigee_telemetry_build_info",
} as const;
