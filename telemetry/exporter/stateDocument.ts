/** JSON document of the telemetry state: packets, parameters with condition and limits, errors. */
import { isText } from "../decoder";
import { type Limit, limitsInForce, type Parameter } from "../dictionary";
import type { RecentEvent } from "./eventLog";
import type { Refusal } from "./refusals";
import type { ParameterCondition, TelemetryState } from "./telemetryState";

/** Content of /state.json, which the page displays. */
export interface StateDocument {
  readonly spacecraft: string;
  /** All spacecraft of the exporter; the document of another one: ?spacecraft=NAME. */
  readonly fleet: readonly string[];
  readonly dictionary: string;
  readonly version: string;
  /** Seconds since 1970. */
  readonly now: number;
  readonly mode: string | null;
  readonly onboardTimeOffset: number | null;
  /** Contact plan; null: there is none, or it has ended. */
  readonly contact: ContactDocument | null;
  readonly packets: readonly PacketDocument[];
  readonly parameters: readonly ParameterDocument[];
  /** Newest on-board events, the newest first; null: the dictionary has none. */
  readonly events: readonly RecentEvent[] | null;
  readonly errors: Readonly<Record<string, number>>;
  readonly unknownApids: number;
  /** Packets by unknown APID; `other`: of those that are not counted each for itself. */
  readonly unknownApidPackets: Readonly<Record<string, number>>;
  /** First refused packet of each kind. */
  readonly refusals: readonly Refusal[];
}

interface ContactDocument {
  readonly isExpected: boolean;
  readonly stations: readonly string[];
  /** Seconds; null: the plan has none. */
  readonly secondsToAos: number | null;
  readonly secondsSinceLos: number | null;
}

interface PacketDocument {
  readonly apid: number;
  readonly name: string;
  /** null: it comes when something happens. */
  readonly periodSeconds: number | null;
  readonly received: number;
  readonly missing: number;
  readonly stored: number;
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
  fleet: readonly string[] = [spacecraft],
): StateDocument {
  const mode = state.mode(now);
  const valueOf = state.valuesAt(now);
  const { dictionary } = state;
  return {
    spacecraft,
    fleet,
    dictionary: `${dictionary.name} ${dictionary.version}`,
    version,
    now,
    mode: mode ?? null,
    onboardTimeOffset: Number.isNaN(state.onboardTimeOffset) ? null : state.onboardTimeOffset,
    contact: contactDocument(state, now),
    packets: state.packets.map(({ packet, received, missing, stored }) => ({
      apid: packet.apid,
      name: packet.name,
      periodSeconds: Number.isFinite(packet.periodSeconds) ? packet.periodSeconds : null,
      received,
      missing,
      stored,
      ageSeconds: state.age(packet.index, now) ?? null,
      isFresh: state.isFresh(packet.index, now),
    })),
    parameters: dictionary.parameters.map((parameter) => ({
      subsystem: parameter.subsystem,
      name: parameter.name,
      metric: parameter.metric,
      description: parameter.description,
      type: parameter.type,
      value: currentValue(state, parameter, now),
      unit: parameter.unit.base.symbol,
      ageSeconds: state.ageOfValue(parameter, now) ?? null,
      condition: state.condition(parameter, now),
      limits: limitsInForce(parameter, mode, valueOf),
    })),
    events: dictionary.packets.some(({ events }) => events.length > 0) ? (state.events?.recent ?? []) : null,
    errors: state.errors,
    unknownApids: state.unknownApids,
    unknownApidPackets: {
      ...Object.fromEntries(state.refusals.unknownApids),
      ...(state.refusals.otherUnknownApids > 0 && { other: state.refusals.otherUnknownApids }),
    },
    refusals: state.refusals.first,
  };
}

function contactDocument({ contacts }: TelemetryState, now: number): ContactDocument | null {
  const contact = contacts?.plan?.state(now);
  if (!contact) return null;
  const { span, secondsToAos, secondsSinceLos } = contact;
  return {
    isExpected: span.isContact,
    stations: span.stations,
    secondsToAos: secondsToAos ?? null,
    secondsSinceLos: secondsSinceLos ?? null,
  };
}

/** Current value for display: that of {@link shownValue}, the elements of an array, or a text. */
function currentValue(state: TelemetryState, parameter: Parameter, now: number): number | string | null {
  const value = state.value(parameter, now);
  if (value === undefined) return null;
  if (parameter.array) return shownElements(state.elements(parameter, now));
  return isText(parameter) ? (state.texts.of(parameter) ?? null) : shownValue(parameter, value);
}

/** Elements displayed of an array. */
const mostShown = 8;

/** Elements of an array as a text; the rest of a long one as a number. */
export function shownElements(elements: Float64Array): string {
  const shown = Array.from(elements.subarray(0, mostShown), (each) =>
    Number.isNaN(each) ? "-" : String(each),
  );
  const rest = elements.length - shown.length;
  return `[${shown.join(", ")}${rest > 0 ? `, ${rest} more` : ""}]`;
}

/** Value for display: the state name of an enumeration, on or off for a boolean. */
export function shownValue(parameter: Parameter, value: number | undefined): number | string | null {
  if (value === undefined || Number.isNaN(value)) return null;
  if (parameter.type === "enumeration") return parameter.states.get(value) ?? null;
  if (parameter.type === "boolean") return value === 0 ? "off" : "on";
  return value;
}
