/** Dictionaries and packets written by hand for the tests of packets. */
import {
  type DecodeErrorReason,
  decodeParameters,
  Decoder,
  decodeText,
  isText,
} from "../../../../telemetry/decoder";
import {
  type Dictionary,
  DictionaryError,
  formatProblem,
  parseDictionary,
} from "../../../../telemetry/dictionary";

type Source = Readonly<Record<string, unknown>>;

/** Packet as a dictionary file has it, with what a test does not care about. */
export const packetSource = (packet: Source): Source => ({
  ...("extends" in packet ? {} : { apid: 1, subsystem: "s", period: 1 }),
  ...{ name: "p", description: "d" },
  ...packet,
});

/** An unsigned number of that many bits. */
export const number = (name: string, bits: number, more: Source = {}): Source => ({
  ...{ name, description: "d", type: "unsigned", bits, unit: "count" },
  ...more,
});

/** Dictionary of some packets. JSON is YAML, so the file's own reader makes it. */
export function dictionaryWith(packets: readonly Source[], more: Source = {}): Dictionary {
  return parseDictionary(textOf(packets, more));
}

const textOf = (packets: readonly Source[], more: Source): string =>
  JSON.stringify({ name: "n", version: "1", time: "none", ...more, packets: packets.map(packetSource) });

/** What is allowed in a dictionary, but hardly meant, a text each. */
export function warningsOf(packets: readonly Source[]): string[] {
  const texts: string[] = [];
  parseDictionary(textOf(packets, {}), "dictionary.yaml", (each) => texts.push(formatProblem(each)));
  return texts;
}

/** Problems of a dictionary as one text; empty: none. */
export function problemsOf(packets: readonly Source[], more: Source = {}): string {
  try {
    dictionaryWith(packets, more);
    return "";
  } catch (error) {
    if (error instanceof DictionaryError) return error.message;
    throw error;
  }
}

/** Space packet of telemetry around its data in hex digits. */
export function spacePacket(
  hex: string,
  { apid = 1, count = 0, header = false }: { apid?: number; count?: number; header?: boolean } = {},
): Buffer {
  const data = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const packet = Buffer.alloc(6 + data.length);
  packet.writeUInt16BE((header ? 0x0800 : 0) | apid, 0);
  packet.writeUInt16BE(0xc000 | count, 2);
  packet.writeUInt16BE(data.length - 1, 4);
  data.copy(packet, 6);
  return packet;
}

/** What came out of a packet: its name, time and values by name, or the reason why nothing did. */
export interface Outcome {
  readonly packet?: string;
  readonly time?: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly errors: readonly string[];
}

export function outcomeOf(dictionary: Dictionary, packet: Buffer): Outcome {
  const errors: string[] = [];
  let found: Omit<Outcome, "errors"> = { values: {} };
  new Decoder(dictionary).decode(packet, {
    packet: (layout, _count, time, bytes, at) => {
      const values = new Float64Array(dictionary.slots).fill(NaN);
      decodeParameters(layout, bytes, at, values, (reason: DecodeErrorReason) => errors.push(reason));
      const named = layout.packet.parameters.map((parameter): readonly [string, unknown] => {
        const { name, index, array } = parameter;
        const value = values[index] ?? NaN;
        if (isText(parameter)) return [name, decodeText(layout, bytes, at, parameter)];
        const elements =
          array && Number.isFinite(value) ? [...values.subarray(array.slot, array.slot + value)] : value;
        return [name, Number.isNaN(value) ? undefined : elements];
      });
      found = {
        packet: layout.packet.name,
        ...(!Number.isNaN(time) && { time }),
        values: Object.fromEntries(named.filter(([, value]) => value !== undefined)),
      };
    },
    unknownApid: (apid) => errors.push(`unknown ${apid}`),
    idle: () => errors.push("idle"),
    error: (reason) => errors.push(reason),
  });
  return { ...found, errors };
}
