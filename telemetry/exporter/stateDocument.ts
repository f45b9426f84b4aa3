/** JSON document of the telemetry state: packets, parameters with condition and limits, errors. */
import { type Limit, limitsInForce, type Parameter } from "../dictionary";
import type { Refusal } from "./refusals";
import type { ParameterCondition, TelemetryState } from "./telemetryState";

/** Content of /state.json, which the page displays. */
export interface StateDocument {
  readonly spacecraft: string;
  readonly dictionary: string;
  readonly version: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly mode: string | null;
  readonly onboardTimeOffset: number | null;
  readonly packets: readonly PacketDocument[];
  readonly parameters: readonly ParameterDocument[];
  readonly errors: Readonly<Record<string, number>>;
  readonly unknownApids: number;
  /** Packets by unknown APID; `other`: of those that are not counted each for itself. */
  readonly unknownApidPackets: Readonly<Record<string, number>>;
  /** First refused packet of each kind. */
  readonly refusals: readonly Refusal[];
}

interface PacketDocument {
  readonly apid: number;
  readonly name: string;
  readonly periodSeconds: number;
  readonly received: number;
  readonly missing: number;
  readonly ageSeconds: number | null;
  readonly isFresh: boolean;
}

interface ParameterDocument {
  readonly subsystem: string;
  readonly name: string;
  readonly metric: string;
  readonly description: string;
  readonly type: string;
  /** Number in the base unit, state name, "on" or "off"; null: no value, or stale. */
  readonly value: number | string | null;
  readonly unit: string;
  readonly ageSeconds: number | null;
  readonly condition: ParameterCondition;
  readonly limits: readonly Limit[];
}

export function stateDocument(
  state: TelemetryState,
  spacecraft: string,
  version: string,
  now: number,
): StateDocument {
  const mode = state.mode(now);
  const { dictionary } = state;
  return {
    spacecraft,
    dictionary: `${dictionary.name} ${dictionary.version}`,
    version,
    now,
    mode: mode ?? null,
    onboardTimeOffset: Number.isNaN(state.onboardTimeOffset) ? null : state.onboardTimeOffset,
    packets: state.packets.map(({ packet, received, missing }) => ({
      apid: packet.apid,
      name: packet.name,
      periodSeconds: packet.periodSeconds,
      received,
      missing,
      ageSeconds: state.age(packet.apid, now) ?? null,
      isFresh: state.isFresh(packet.apid, now),
    })),
    parameters: dictionary.parameters.map((parameter) => ({
      subsystem: parameter.subsystem,
      name: parameter.name,
      metric: parameter.metric,
      description: parameter.description,
      type: parameter.type,
      value: shownValue(parameter, state.value(parameter, now)),
      unit: parameter.unit.base.symbol,
      ageSeconds: state.age(parameter.apid, now) ?? null,
      condition: state.condition(parameter, now),
      limits: limitsInForce(parameter, mode),
    })),
    errors: state.errors,
    unknownApids: state.unknownApids,
    unknownApidPackets: {
      ...Object.fromEntries(state.refusals.unknownApids),
      ...(state.refusals.otherUnknownApids > 0 && { other: state.refusals.otherUnknownApids }),
    },
    refusals: state.refusals.first,
  };
}

/** Value for display: the state name of an enumeration, on or off for a boolean. */
export function shownValue(parameter: Parameter, value: number | undefined): number | string | null {
  if (value === undefined || Number.isNaN(value)) return null;
  if (parameter.type === "enumeration") return parameter.states.get(value) ?? null;
  if (parameter.type === "boolean") return value === 0 ? "off" : "on";
  return value;
}
