/** Values of two decoders, one beside the other. */
import {
  decodeParameters,
  Decoder,
  decodeText,
  fieldReader,
  isText,
  type PacketLayout,
  primaryHeaderBytes,
  readDataBytes,
} from "../../../telemetry/decoder";
import { type Dictionary, type Parameter } from "../../../telemetry/dictionary";
import type { Origin } from "../../../telemetry/import";

/** Values of a packet by the other decoder, by the names of its definition. */
export interface ForeignPacketValues {
  readonly raw: Readonly<Record<string, ForeignValue>>;
  readonly value: Readonly<Record<string, ForeignValue>>;
}
type ForeignValue = number | string | null | readonly ForeignValue[];

/** What became of the packets of a source. */
export interface Comparison {
  packets: number;
  /** Packets that Perigee decoded. */
  decoded: number;
  values: number;
  mismatches: number;
  /** First mismatches, in words. */
  readonly examples: string[];
  /** Packets that were not decoded, by reason. */
  readonly refused: Map<string, number>;
  /** Names that the other decoder has and no parameter is made of. */
  readonly uncompared: Set<string>;
}

/** Our values of one packet, raw and in the definition's unit. */
interface OwnValue {
  readonly parameter: Parameter;
  readonly raw: number | string | undefined;
  readonly value: number | string | undefined;
  readonly elements: readonly number[] | undefined;
}

export class Comparer {
  readonly result: Comparison = {
    ...{ packets: 0, decoded: 0, values: 0, mismatches: 0 },
    ...{ examples: [], refused: new Map(), uncompared: new Set() },
  };
  private readonly decoder: Decoder;
  private readonly values: Float64Array;
  /** Names in the definition of each parameter, by packet and parameter. */
  private readonly names: ReadonlyMap<string, string>;

  constructor(dictionary: Dictionary, origins: readonly Origin[]) {
    this.decoder = new Decoder(dictionary);
    this.values = new Float64Array(dictionary.slots);
    this.names = new Map(
      origins.map(({ packet, subsystem, parameter, foreignField }) => [
        `${packet}/${subsystem}.${parameter}`,
        canonical(foreignField),
      ]),
    );
  }

  /** @param foreign values of the other decoder; undefined: it refused the packet */
  packet(bytes: Buffer, foreign: ForeignPacketValues | undefined): void {
    this.result.packets++;
    const refuse = (reason: string): void =>
      void this.result.refused.set(reason, (this.result.refused.get(reason) ?? 0) + 1);
    this.decoder.decode(bytes, {
      packet: (layout, _count, _time, packet, at) => {
        this.result.decoded++;
        if (foreign) this.compare(this.ownValues(layout, packet, at), layout, withDots(foreign));
        else refuse("other decoder");
      },
      unknownApid: (apid) => refuse(`unknown APID ${apid}`),
      idle: () => refuse("idle"),
      error: (reason) => refuse(reason),
    });
  }

  private ownValues(layout: PacketLayout, bytes: Buffer, at: number): OwnValue[] {
    decodeParameters(layout, bytes, at, this.values, () => undefined);
    const base = at + layout.userDataAt;
    const there = primaryHeaderBytes + readDataBytes(bytes, at) - layout.userDataAt - layout.checksumBytes;
    return layout.packet.parameters.map((parameter): OwnValue => {
      if (isText(parameter)) {
        const text = decodeText(layout, bytes, at, parameter);
        return { parameter, raw: text, value: text, elements: undefined };
      }
      const start = layout.starts(bytes, base, there)[parameter.segment] ?? 0;
      const read = (i: number): number =>
        fieldReader({ ...parameter, bitOffset: parameter.bitOffset + i * parameter.bitSize })(
          bytes,
          base + start,
        );
      const value = this.values[parameter.index] ?? NaN;
      const { array } = parameter;
      const elements =
        array && Number.isFinite(value) ? Array.from({ length: value }, (_, i) => read(i)) : undefined;
      const isThere = start + (parameter.bitOffset + parameter.bitSize) / 8 <= there;
      return { parameter, raw: isThere ? read(0) : undefined, value: inOwnUnit(value, parameter), elements };
    });
  }

  private compare(own: readonly OwnValue[], layout: PacketLayout, foreign: ForeignPacketValues): void {
    const compared = new Set<string>();
    // A name that a packet has twice: the other decoder keeps the last one.
    for (const each of [...own].reverse()) {
      const name = this.nameOf(layout, each.parameter);
      if (name === undefined || compared.has(name)) continue;
      const raw = name in foreign.raw ? foreign.raw[name] : elementsOf(foreign.raw, name);
      if (raw === undefined) continue;
      compared.add(name);
      this.check(each, raw, name, layout);
      const value = foreign.value[name];
      const isNumber =
        typeof value === "number" && typeof raw === "number" && each.parameter.type !== "boolean";
      if (isNumber && value !== raw) {
        this.count(isNear(each.value, value), `${name}: ${each.value}, not ${value}`);
      }
    }
    for (const name of Object.keys(foreign.raw)) {
      if (!compared.has(name.replace(/\[\d+\]$/, ""))) this.result.uncompared.add(name);
    }
  }

  private check(own: OwnValue, raw: ForeignValue, name: string, layout: PacketLayout): void {
    const where = `${layout.packet.name} ${name}`;
    if (Array.isArray(raw)) {
      const all = (raw as readonly unknown[]).flat(Infinity);
      const most = own.parameter.array?.most ?? 1;
      const isLong = own.elements?.length === Math.min(all.length, most);
      this.count(isLong, `${where}: ${own.elements?.length} elements, not ${all.length}`);
      own.elements?.forEach((each, i) =>
        this.count(each === all[i], `${where}[${i}]: ${each}, not ${String(all[i])}`),
      );
    } else if (typeof raw === "string") {
      this.count(isSameText(own, raw), `${where}: ${String(own.raw)}, not ${raw}`);
    } else if (raw === null) {
      this.count(
        own.raw === undefined || !Number.isFinite(own.raw),
        `${where}: ${String(own.raw)}, not null`,
      );
    } else this.count(own.raw === raw, `${where}: ${String(own.raw)}, not ${String(raw)}`);
  }

  private count(isSame: boolean, example: string): void {
    this.result.values++;
    if (isSame) return;
    this.result.mismatches++;
    if (this.result.examples.length < 5) this.result.examples.push(example);
  }

  private nameOf({ packet }: PacketLayout, { subsystem, name }: Parameter): string | undefined {
    for (let each: typeof packet | undefined = packet; each; each = each.base) {
      const found = this.names.get(`${each.name}/${subsystem}.${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Path of a name: some write it with strokes, others with dots. */
const canonical = (name: string): string => name.replaceAll(/[|/]/g, ".");

function withDots({ raw, value }: ForeignPacketValues): ForeignPacketValues {
  const renamed = <Value>(values: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(values).map(([name, each]) => [canonical(name), each]));
  return { raw: renamed(raw), value: renamed(value) };
}

/** Elements of an array that the other decoder names one by one, as `name[0]`. */
function elementsOf(raw: ForeignPacketValues["raw"], name: string): ForeignValue | undefined {
  if (raw[`${name}[0]`] === undefined) return undefined;
  const elements: ForeignValue[] = [];
  for (let i = 0; ; i++) {
    const each = raw[`${name}[${i}]`];
    if (each === undefined) return elements;
    elements.push(each);
  }
}

/** Value in the unit of the definition: the dictionary's are base units. */
function inOwnUnit(value: number, { unit }: Parameter): number {
  return (value - unit.offset) / unit.factor;
}

const isNear = (one: number | string | undefined, other: number): boolean =>
  typeof one === "number" && Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other));

/** Texts to the first NUL, without blanks at the end; bytes as far as they are shown. */
function isSameText({ parameter, raw }: OwnValue, foreign: string): boolean {
  const content = foreign.slice(2);
  const bytes = foreign.startsWith("x:") ? Buffer.from(content, "hex") : Buffer.from(content, "utf8");
  if (parameter.type === "binary") {
    return raw === bytes.subarray(0, parameter.bitSize / 8).toString("hex");
  }
  const text = bytes.toString(parameter.encoding === "latin-1" ? "latin1" : "utf8").split("\0")[0] ?? "";
  return raw === text.replaceAll(/\p{Cc}/gu, "\uFFFD").trimEnd();
}
