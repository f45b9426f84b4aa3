/** Events in packets: what a packet says that happened on board, by the fields that its dictionary names. */
import { isUtf8 } from "node:buffer";
import type { EventSeverity, PacketEvent, Parameter } from "../dictionary";
import { calibrate } from "./calibrate";
import type { PacketLayout } from "./packetLayout";
import { primaryHeaderBytes, readDataBytes } from "./primaryHeader";
import { fieldReader } from "./rawField";
import { stateOf } from "./stateOf";
import { charactersOf, decodeText, isText, textBytes } from "./text";

/** Characters of a message that are kept. */
const mostCharacters = 1024;
/** Characters of an id, a source or a value. */
const mostOfValue = 128;

type EventValue = number | string | null;

export interface OnboardEvent {
  readonly severity: EventSeverity;
  /** Number or name of the event; null: the packet has none. */
  readonly id: EventValue;
  readonly source: EventValue;
  readonly message: string;
  /** Further fields by name, in base units; the name of a state. */
  readonly values: Readonly<Record<string, EventValue>>;
  /** What is wrong with it, for people: a text that is none, a severity without a level. */
  readonly problems: readonly string[];
}

/** Reader of the packet at an offset. */
type Read<Value> = (bytes: Buffer, at: number) => Value;

/**
 * Readers of the events of a packet, in the dictionary's order. An event that only a change of its text is, is none while
 * the text is empty.
 */
export function eventReaders(layout: PacketLayout): Read<OnboardEvent | undefined>[] {
  return layout.packet.events.map((event) => eventReader(layout, event));
}

function eventReader(layout: PacketLayout, event: PacketEvent): Read<OnboardEvent | undefined> {
  const severity = severityReader(layout, event);
  const shown = (parameter: Parameter | undefined): Read<EventValue> =>
    parameter ? valueReader(layout, parameter) : () => null;
  const [id, source] = [shown(event.id), shown(event.source)];
  const values = event.values.map((parameter) => ({ name: parameter.name, read: shown(parameter) }));
  return (bytes, at) => {
    const problems: string[] = [];
    const said = messageOf(layout, event, bytes, at, problems);
    if (said === "" && event.onChange) return undefined;
    const found = { id: id(bytes, at), source: source(bytes, at) };
    const unsaid = event.text ?? (found.id === null ? "no message" : `event ${found.id}`);
    return {
      severity: severity(bytes, at, problems),
      ...found,
      message: said === undefined || said === "" ? unsaid : said,
      values: Object.fromEntries(values.map(({ name, read }) => [name, read(bytes, at)])),
      problems,
    };
  };
}

/** Severity of a number that has no level: not hidden among the mild ones, and said. */
const ofUnknown: EventSeverity = "warning";

function severityReader(
  layout: PacketLayout,
  { severity }: PacketEvent,
): (bytes: Buffer, at: number, problems: string[]) => EventSeverity {
  if (typeof severity === "string") return () => severity;
  const { field, levels, other } = severity;
  const read = rawReader(layout, field);
  return (bytes, at, problems) => {
    const raw = read(bytes, at);
    const level = levels.find(({ from, to }) => from <= raw && raw <= to)?.severity ?? other;
    if (level === undefined) {
      const what = Number.isNaN(raw) ? "the packet ends before it" : `${raw} has no level`;
      problems.push(`${field.name}: ${what}; taken for ${ofUnknown}`);
    }
    return level ?? ofUnknown;
  };
}

/** Message of a text field, without blanks and control characters at its end; undefined where it is not there. */
function messageOf(
  layout: PacketLayout,
  { message }: PacketEvent,
  bytes: Buffer,
  at: number,
  problems: string[],
): string | undefined {
  if (!message) return undefined;
  const field = textBytes(layout, bytes, at, message);
  if (!field) {
    problems.push(`${message.name}: the packet ends before it`);
    return undefined;
  }
  const nul = field.indexOf(0);
  const used = nul < 0 ? field : field.subarray(0, nul);
  if (message.encoding === "utf-8" && !isUtf8(used)) problems.push(`${message.name}: is not UTF-8`);
  const text = withoutEnd(charactersOf(used, message.encoding));
  const characters = Array.from(text);
  if (characters.length > mostCharacters) {
    problems.push(`${message.name}: cut at ${mostCharacters} of ${characters.length} characters`);
    return characters.slice(0, mostCharacters).join("");
  }
  return text;
}

function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s\p{Cc}]/u.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Reader of a value as it is shown: a text, a state's name, a number in base units. */
function valueReader(layout: PacketLayout, parameter: Parameter): Read<EventValue> {
  if (isText(parameter)) {
    return (bytes, at) => decodeText(layout, bytes, at, parameter)?.slice(0, mostOfValue) ?? null;
  }
  const read = rawReader(layout, parameter);
  if (parameter.type === "enumeration") {
    const state = stateOf(parameter);
    return (bytes, at) => {
      const raw = read(bytes, at);
      return parameter.states.get(state(raw)) ?? (Number.isNaN(raw) ? null : raw);
    };
  }
  return (bytes, at) => {
    const value = calibrate(read(bytes, at), parameter.calibration);
    return Number.isFinite(value) ? value : null;
  };
}

/** Reader of a raw number; NaN where the packet ends before it. */
function rawReader(layout: PacketLayout, field: Parameter): Read<number> {
  const read = fieldReader(field);
  const end = Math.ceil((field.bitOffset + field.bitSize) / 8);
  return (bytes, at) => {
    const base = at + layout.userDataAt;
    const there = primaryHeaderBytes + readDataBytes(bytes, at) - layout.userDataAt - layout.checksumBytes;
    const start = layout.starts(bytes, base, there)[field.segment] ?? 0;
    return start + end > there ? NaN : read(bytes, base + start);
  };
}
