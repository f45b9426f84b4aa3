/** The command `decode`: prints the packets of a file as tables or JSON lines, and counts decode errors. */
import * as z from "zod";
import {
  decodeParameters,
  Decoder,
  decodeText,
  isText,
  type PacketLayout,
  type PacketSink,
} from "../decoder";
import type { Parameter } from "../dictionary";
import { shownElements, shownValue } from "../exporter";
import { command } from "./command";
import { dictionarySetting, readDictionary, readPackets } from "./dictionarySetting";
import { packetsOf } from "./packetFile";

/** One packet to print. */
interface DecodedPacket {
  readonly time: string;
  readonly apid: number;
  readonly packet: string;
  readonly sequenceCount: number;
  readonly values: readonly { parameter: Parameter; value: number | string | null }[];
}

export const decode = command(
  {
    name: "decode",
    summary: "Prints the packets of a file; values in base units.",
    argument: "FILE",
    settings: {
      format: z.enum(["table", "json"]).default("table").describe("table, or json: one object a line"),
      dictionary: dictionarySetting,
    },
  },
  async ({ format, dictionary }, { print, log, stopped }, file) => {
    const decoder = new Decoder(readDictionary(dictionary));
    const problems = new Map<string, number>();
    const count = (problem: string): void => void problems.set(problem, (problems.get(problem) ?? 0) + 1);
    const show = format === "json" ? jsonLine : table;
    const sink = new Collector(decoder, count);
    for (const packet of packetsOf(readPackets(file))) {
      if (stopped.aborted) break;
      decoder.decode(packet, sink);
      for (const each of sink.take()) await print(show(each));
    }
    for (const [problem, times] of problems) log.warn("not decoded", { problem, times });
    return 0;
  },
);

class Collector implements PacketSink {
  private found: DecodedPacket[] = [];
  private readonly values: Float64Array;

  constructor(
    decoder: Decoder,
    private readonly count: (problem: string) => void,
  ) {
    this.values = new Float64Array(decoder.dictionary.slots);
  }

  take(): DecodedPacket[] {
    const { found } = this;
    this.found = [];
    return found;
  }

  packet(layout: PacketLayout, sequenceCount: number, onboardTime: number, bytes: Buffer, at: number): void {
    const { apid, name, parameters } = layout.packet;
    decodeParameters(layout, bytes, at, this.values, (reason, parameter) =>
      this.count(`${reason}: ${name}.${parameter.name}`),
    );
    this.found.push({
      time: isoTime(onboardTime),
      apid,
      packet: name,
      sequenceCount,
      values: parameters.map((parameter) => ({
        parameter,
        value: this.shown(parameter, layout, bytes, at),
      })),
    });
  }

  private shown(
    parameter: Parameter,
    layout: PacketLayout,
    bytes: Buffer,
    at: number,
  ): number | string | null {
    if (isText(parameter)) return decodeText(layout, bytes, at, parameter) ?? null;
    const value = this.values[parameter.index];
    if (!parameter.array || value === undefined || Number.isNaN(value)) return shownValue(parameter, value);
    return shownElements(this.values.subarray(parameter.array.slot, parameter.array.slot + value));
  }

  unknownApid(apid: number): void {
    this.count(`unknown APID ${apid}`);
  }

  idle(): void {
    this.count("idle packet");
  }

  error(reason: string): void {
    this.count(reason);
  }
}

/** ISO time, or the number of seconds when it is outside the range of Date, as with a wrong spacecraft clock. */
function isoTime(seconds: number): string {
  if (Number.isNaN(seconds)) return "no time";
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

function jsonLine({ values, ...packet }: DecodedPacket): string {
  const byName = Object.fromEntries(
    values.map(({ parameter, value }) => [`${parameter.subsystem}.${parameter.name}`, value]),
  );
  return `${JSON.stringify({ ...packet, values: byName })}\n`;
}

function table({ time, apid, packet, sequenceCount, values }: DecodedPacket): string {
  const rows = values.map(({ parameter, value }) => {
    const shown = typeof value === "number" ? String(Number(value.toPrecision(7))) : (value ?? "-");
    return `  ${parameter.name.padEnd(32)}${shown.padStart(16)} ${parameter.unit.base.symbol}`.trimEnd();
  });
  return [`${time}  APID ${apid}  ${packet}  #${sequenceCount}`, ...rows, "", ""].join("\n");
}
