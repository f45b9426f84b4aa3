/** Events of a packet: the key `event` of a dictionary file, with its fields found. */
import type { Parameter } from "./dictionary";
import type { EventSeverity, EventSource } from "./eventSchema";
import type { PacketSource } from "./packetSchema";

/** Severity of a range of raw numbers. */
interface Level {
  readonly from: number;
  readonly to: number;
  readonly severity: EventSeverity;
}

/** Severity by the raw number of a field. */
interface SeverityField {
  readonly field: Parameter;
  readonly levels: readonly Level[];
  /** Severity of all other numbers. */
  readonly other: EventSeverity | undefined;
}

/** An event of a packet. Its fields may be hidden ones, which have no place among the dictionary's parameters. */
export interface PacketEvent {
  readonly severity: EventSeverity | SeverityField;
  readonly message: Parameter | undefined;
  readonly text: string | undefined;
  readonly id: Parameter | undefined;
  readonly source: Parameter | undefined;
  readonly values: readonly Parameter[];
  /** True where only a change is an event. */
  readonly onChange: boolean;
}

type Find = (name: string) => Parameter | "refused" | undefined;
type Refuse = (key: readonly (string | number)[], message: string) => void;
type Written = PacketSource["event"];

const listOf = (written: Written): readonly EventSource[] =>
  written === undefined || Array.isArray(written) ? (written ?? []) : [written];

/** Events as they are written. What a packet that extends another does not say of its event is as the other says it. */
export function eventSources(written: Written, ofBase: readonly EventSource[] = []): readonly EventSource[] {
  const own = listOf(written);
  const [first] = ofBase;
  if (own.length === 0) return ofBase;
  return own.length === 1 && ofBase.length === 1 && first ? [{ ...first, ...own[0] }] : own;
}

/**
 * @param written events of the packet's own, to report problems of them only
 * @param sources its events with those of its base
 * @param find field of the packet or of its header, as a parameter
 */
export function readEvents(
  written: Written,
  sources: readonly EventSource[],
  find: Find,
  refuse: Refuse,
): PacketEvent[] {
  return sources.map((source, i) =>
    readEvent(source, find, (key, message) => {
      if (written !== undefined) refuse(Array.isArray(written) ? [i, ...key] : key, message);
    }),
  );
}

function readEvent(source: EventSource, find: Find, refuse: Refuse): PacketEvent {
  const field = (name: string | undefined, ...key: (string | number)[]): Parameter | undefined => {
    if (name === undefined) return undefined;
    const found = find(name);
    if (found === "refused") return undefined;
    if (!found) refuse(key, `${name} is no field of this packet`);
    else if (found.array) refuse(key, `${name} is an array`);
    else if (found.derived) refuse(key, `${name} is derived, and no field of this packet`);
    return found;
  };
  const { message, text, severity = "info", id } = source;
  if (message === undefined && text === undefined && id === undefined) {
    refuse([], "needs a message, a text or an id");
  }
  const said = field(message, "message");
  if (said && said.type !== "string") refuse(["message"], `${said.name} is no string`);
  return {
    severity: typeof severity === "string" ? severity : readSeverity(severity, field, refuse),
    message: said,
    text,
    id: field(id, "id"),
    source: field(source.source, "source"),
    values: (source.values ?? []).flatMap((name, i) => field(name, "values", i) ?? []),
    onChange: source.onChange ?? false,
  };
}

const integers = new Set<string>(["unsigned", "signed", "enumeration", "boolean"]);

function readSeverity(
  source: Exclude<NonNullable<EventSource["severity"]>, string>,
  find: (name: string, ...key: string[]) => Parameter | undefined,
  refuse: Refuse,
): EventSeverity | SeverityField {
  const field = find(source.field, "severity", "field");
  if (!field) return "info";
  if (!integers.has(field.type)) refuse(["severity", "field"], `${field.name} is no whole number`);
  const { other, ...levels } = source.levels;
  return {
    field,
    levels: Object.entries(levels).flatMap(([key, severity]) => {
      const range = rangeOf(key, field);
      if (typeof range === "object") return [{ ...range, severity }];
      refuse(["severity", "levels", key], range);
      return [];
    }),
    other,
  };
}

/** Raw numbers of a key of `levels`, or why there are none. */
function rangeOf(
  key: string,
  { name, states, stateRanges, otherState }: Parameter,
): Omit<Level, "severity"> | string {
  const [from = NaN, to = from] = key.split("..").map(Number);
  if (!Number.isNaN(from)) return from <= to ? { from, to } : "the range begins above its end";
  const value = [...states].find(([, state]) => state === key)?.[0];
  if (value === undefined) {
    return `${key} is no state of ${name}: ${[...states.values()].join(", ") || "it has none"}`;
  }
  if (value === otherState) return `${key} is all other numbers of ${name}: write other`;
  return stateRanges.find((range) => range.value === value) ?? { from: value, to: value };
}
