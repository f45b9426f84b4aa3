/** The command `decode`: prints the packets of a file as tables or JSON lines, and says what was not decoded and why. */
import * as z from "zod";
import {
  type DecodeErrorReason,
  decodeParameters,
  Decoder,
  decodeText,
  eventReaders,
  fieldReader,
  isText,
  type OnboardEvent,
  type PacketLayout,
  type PacketSink,
  primaryHeaderBytes,
  readDataBytes,
} from "../decoder";
import type { Dictionary, Packet, Parameter } from "../dictionary";
import { DerivedValues, type Refusal, Refusals, shownElements, shownValue } from "../exporter";
import { OpenMetricsHistory } from "../history";
import { isoTime } from "../isoTime";
import { command } from "./command";
import { dictionarySetting, readDictionary, readPackets, skipBytesSetting } from "./dictionarySetting";
import { foreignKind } from "./foreignFile";
import { FoundPackets } from "./foundPackets";
import { packetsOf } from "./packetFile";
import { flag, text } from "./settings";

/** Value to print: null where there is none, a list for an array, a text for a text, a state or a switch. */
type Shown = number | string | null | readonly (number | null)[];

/** One packet to print. */
interface DecodedPacket {
  /** ISO time; null: the packet has none. */
  readonly time: string | null;
  readonly apid: number;
  readonly packet: string;
  readonly sequenceCount: number;
  /** What the packet says that happened; mostly nothing. */
  readonly events: readonly OnboardEvent[];
  readonly values: readonly { parameter: Parameter; value: Shown; raw: Shown }[];
}

export const decode = command(
  {
    name: "decode",
    summary:
      "Prints the packets of a file; values in base units. Exit code 1: nothing of it could be decoded, or bytes of it are in no packet, and which.",
    argument: "FILE",
    argumentMeaning: "file of packets; - for standard input",
    settings: {
      format: z
        .enum(["table", "json", "openmetrics"])
        .default("table")
        .describe(
          "table; json: one object a line; openmetrics: the samples of the history, for promtool tsdb create-blocks-from",
        ),
      raw: flag.describe("prints the raw numbers too, as they are in the packet"),
      skipBytes: skipBytesSetting,
      spacecraft: text.max(64).default("perigee-1").describe("openmetrics: value of the label spacecraft"),
      dictionary: dictionarySetting,
    },
  },
  async (settings, surroundings, file) => {
    const { print, complain, log } = surroundings;
    const { format, raw, skipBytes } = settings;
    const name = file ?? "";
    const dictionary = readDictionary(settings.dictionary);
    const history =
      format === "openmetrics" ? new OpenMetricsHistory(dictionary, settings.spacecraft) : undefined;
    const sink = new Collector(dictionary, raw, history);
    const show = format === "json" ? jsonLine : table;
    const bytes = readPackets(file);
    const { stopped } = surroundings;
    const fail = (why: string): number => {
      complain(`perigee-telemetry: ${why}\n`);
      return 1;
    };
    const foreign = foreignKind(bytes, skipBytes);
    if (foreign !== undefined) return fail(`${name} ${foreign}`);
    const packets = new FoundPackets(bytes, dictionary, skipBytes);
    for (const packet of packets) {
      if (stopped.aborted) break;
      for (const each of sink.decode(packet)) if (!history) await print(show(each, raw));
    }
    if (history && sink.decoded > 0) {
      for (const text of history.text()) await print(text);
      const untimed = history.packetsWithoutTime;
      if (untimed > 0) log.warn("not in the output: packets without an on-board time", { packets: untimed });
    }
    for (const [problem, times] of sink.problems) log.warn("not decoded", { problem, times });
    if (stopped.aborted) return 0;
    if (sink.decoded > 0) {
      return packets.left === undefined ? 0 : fail(`${name} was not read as a whole: ${packets.left}`);
    }
    // By the length fields alone: nothing was found by which to tell what is a packet.
    const all = new Collector(dictionary, raw);
    for (const packet of packetsOf(bytes, skipBytes)) all.decode(packet);
    return fail(nothingDecoded(name, all));
  },
);

/** Explanation that nothing was decoded: what was found most often, with an example. */
function nothingDecoded(file: string, { problems, refusals, idlePackets }: Collector): string {
  const [most] = [...problems].sort(([, a], [, b]) => b - a);
  const [problem, times] = most ?? ["", 0];
  const first = refusals.first.find((each) => problemOf(each) === problem);
  if (!first) return `nothing of ${file} could be decoded: idle packets only (${idlePackets})`;
  return (
    `nothing of ${file} could be decoded: ${problem}, ${times} times. The first: APID ${first.apid ?? "-"}, ` +
    `${first.receivedBytes} bytes, ${first.packetBytes ?? "-"} by its length field, starts ${first.header}: ${first.hint}`
  );
}

/** Problem in the words of the output: what was refused, of which packet or value. */
function problemOf({
  reason,
  apid,
  packet,
  parameter,
}: Pick<Refusal, "reason" | "apid" | "packet" | "parameter">): string {
  if (reason === "unknown_apid") return `unknown APID ${apid}`;
  if (parameter !== undefined) return `${reason}: ${parameter}`;
  return packet === "" ? reason : `${reason}: packet ${packet}`;
}

class Collector implements PacketSink {
  decoded = 0;
  idlePackets = 0;
  readonly problems = new Map<string, number>();
  readonly refusals: Refusals;
  private readonly decoder: Decoder;
  private found: DecodedPacket[] = [];
  private bytes: Buffer = Buffer.alloc(0);
  private readonly values: Float64Array;
  /** Of the packets before it in the file, however old. */
  private readonly derived: DerivedValues;

  constructor(
    dictionary: Dictionary,
    private readonly withRaw: boolean,
    private readonly history?: OpenMetricsHistory,
  ) {
    this.decoder = new Decoder(dictionary);
    this.refusals = new Refusals(dictionary);
    this.values = new Float64Array(dictionary.slots).fill(NaN);
    this.derived = new DerivedValues(dictionary);
  }

  decode(bytes: Buffer): DecodedPacket[] {
    this.found = [];
    this.bytes = bytes;
    this.decoder.decode(bytes, this);
    this.decoded += this.found.length;
    return this.found;
  }

  packet(layout: PacketLayout, sequenceCount: number, onboardTime: number, bytes: Buffer, at: number): void {
    const { apid, name, parameters } = layout.packet;
    decodeParameters(layout, bytes, at, this.values, this.valueError);
    this.derived.update(layout.packet, this.values, this.valueError);
    this.history?.take(layout.packet, onboardTime, this.values);
    this.found.push({
      time: Number.isNaN(onboardTime) ? null : isoTime(onboardTime),
      apid,
      packet: name,
      sequenceCount,
      events: eventReaders(layout).flatMap((read) => read(bytes, at) ?? []),
      values: parameters.map((parameter) => ({
        parameter,
        value: this.shown(parameter, layout, bytes, at),
        raw: this.withRaw ? this.raw(parameter, layout, bytes, at) : null,
      })),
    });
  }

  private shown(parameter: Parameter, layout: PacketLayout, bytes: Buffer, at: number): Shown {
    if (isText(parameter)) return decodeText(layout, bytes, at, parameter) ?? null;
    const value = this.values[parameter.index] ?? NaN;
    const { array } = parameter;
    if (!array || Number.isNaN(value)) return shownValue(parameter, value);
    return Array.from(this.values.subarray(array.slot, array.slot + value), orNull);
  }

  /** Number as it is in the packet; the bytes of a text in hexadecimal. */
  private raw(parameter: Parameter, layout: PacketLayout, bytes: Buffer, at: number): Shown {
    const data = bytes.subarray(at + layout.userDataAt, at + primaryHeaderBytes + readDataBytes(bytes, at));
    if (isText(parameter)) return decodeText(layout, bytes, at, { ...parameter, type: "binary" }) ?? null;
    const { array, bitSize, segment, derived } = parameter;
    if (derived) return null;
    const elements = array ? (this.values[parameter.index] ?? NaN) : 1;
    const end = data.length - layout.checksumBytes;
    const start = layout.starts(bytes, at + layout.userDataAt, end)[segment] ?? 0;
    const bitOffset = start * 8 + parameter.bitOffset;
    const stride = array?.stride ?? bitSize;
    const last = bitOffset + (elements - 1) * stride + bitSize;
    if (Number.isNaN(elements) || (elements > 0 && Math.ceil(last / 8) > end)) return null;
    const read = (i: number): number | null =>
      orNull(fieldReader({ ...parameter, bitOffset: bitOffset + i * stride })(data, 0));
    return array ? Array.from({ length: elements }, (_, i) => read(i)) : read(0);
  }

  unknownApid(apid: number): void {
    this.refusals.unknownApid(apid, this.bytes, this.decoder.at);
    this.count(problemOf({ reason: "unknown_apid", apid, packet: "" }));
  }

  idle(): void {
    this.idlePackets++;
    this.count("idle packet");
  }

  error(reason: DecodeErrorReason, of?: Packet): void {
    const packet = this.refusals.refuse(reason, this.bytes, this.decoder.at, of);
    this.count(problemOf({ reason, apid: null, packet }));
  }

  private readonly valueError = (reason: DecodeErrorReason, parameter: Parameter): void => {
    this.refusals.refuseValue(reason, this.bytes, this.decoder.at, parameter);
    const { subsystem, name, packet } = parameter;
    this.count(problemOf({ reason, apid: null, packet, parameter: `${subsystem}.${name}` }));
  };

  private count(problem: string): void {
    this.problems.set(problem, (this.problems.get(problem) ?? 0) + 1);
  }
}

/** Number, or null for what JSON has no number for. */
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function jsonLine({ values, events, ...packet }: DecodedPacket, withRaw: boolean): string {
  const named = <Value>(value: (each: DecodedPacket["values"][number]) => Value): Record<string, Value> =>
    Object.fromEntries(
      values.map((each) => [`${each.parameter.subsystem}.${each.parameter.name}`, value(each)]),
    );
  const raw = withRaw && { raw: named((each) => each.raw) };
  const said = events.length > 0 && { events };
  return `${JSON.stringify({ ...packet, ...said, values: named(({ value }) => value), ...raw })}\n`;
}

function inTable(value: Shown): string {
  if (value === null) return "-";
  if (typeof value !== "object") return String(value);
  return shownElements(Float64Array.from(value, (each) => each ?? NaN));
}

/** Event in one line of printable characters. */
function eventRow({ severity, source, id, message, values, problems }: OnboardEvent): string {
  const parts = [
    severity,
    source,
    id,
    message,
    ...Object.entries(values).map((each) => each.join(" ")),
    ...problems,
  ];
  const shown = parts.filter((part) => part !== null).join("  ");
  return `  ${shown.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD")}`;
}

function table(packet: DecodedPacket, withRaw: boolean): string {
  const rows = packet.values.map(({ parameter, value, raw }) => {
    const shown = typeof value === "number" ? String(Number(value.toPrecision(7))) : inTable(value);
    const inRaw = withRaw ? inTable(raw).padStart(20) : "";
    return `  ${parameter.name.padEnd(32)}${inRaw}${shown.padStart(16)} ${parameter.unit.base.symbol}`.trimEnd();
  });
  const { time, apid, packet: name, sequenceCount } = packet;
  const events = packet.events.map(eventRow);
  return [`${time ?? "no time"}  APID ${apid}  ${name}  #${sequenceCount}`, ...events, ...rows, "", ""].join(
    "\n",
  );
}
