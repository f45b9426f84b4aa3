/** Packets of a dictionary file: layouts that extend each other, with the places of their fields. */
import { nearest } from "../issueMessage";
import { accept } from "./accept";
import { readCondition, readConditions } from "./conditions";
import type {
  ArrayShape,
  Dictionary,
  Field,
  Packet,
  Parameter,
  VaryingField,
  VaryingLength,
} from "./dictionary";
import { eventFields } from "./eventFields";
import { eventSources, readEvents } from "./events";
import type { EventSource } from "./eventSchema";
import { mostDataBytes, readHeader, readLength } from "./header";
import { type Extent, isVarying, layOut, type NextPlace, startOfData } from "./layout";
import { packetSchema, type PacketSource } from "./packetSchema";
import { parameterSchema, type ParameterSource } from "./parameterSchema";
import type { Path, Problems } from "./problem";
import { readField, readParameter } from "./readParameter";
import { Refused } from "./refused";
import type { DictionarySource } from "./schema";
import { readStored } from "./stored";
import { withCounts } from "./structures";

/** A field of a packet on its way into the dictionary. */
interface Placed {
  readonly source: ParameterSource;
  readonly place: Path;
  readonly extent: Extent;
  readonly field: Field;
}

/** Builder of the packets. Stores the path of each part, so that every check can report its line. */
export class PacketReader {
  readonly packets: Packet[] = [];
  readonly parameters: Parameter[] = [];
  /** Places of packets, parameters and hidden fields in the file. */
  readonly places = new Map<Packet | Field, Path>();
  readonly refused = new Refused();
  private readonly byName = new Map<string, Packet>();
  private readonly fields = new Map<Packet, readonly Placed[]>();
  private readonly events = new Map<Packet, readonly EventSource[]>();
  /** Place behind the last field of each packet, by its name. */
  private readonly ends = new Map<string, NextPlace>();
  private readonly arrays: { slot: number; most: number }[] = [];

  constructor(
    private readonly defaults: DictionarySource,
    private readonly problems: Problems,
  ) {}

  read(): Pick<Dictionary, "packets" | "parameters" | "slots"> {
    this.defaults.packets.forEach((each, i) => this.readPacket(each, ["packets", i]));
    let slots = this.parameters.length;
    for (const array of this.arrays) {
      array.slot = slots;
      slots += array.most;
    }
    return { packets: this.packets, parameters: this.parameters, slots };
  }

  private readPacket(value: unknown, path: Path): void {
    const source = accept(packetSchema, value, path, this.problems);
    if (!source) return this.refuse(value, path);
    const base = source.extends === undefined ? undefined : this.byName.get(source.extends);
    if (source.extends !== undefined) {
      if (!base) return this.refuseBase(source.extends, value, path);
      for (const key of ["apid", "time", "secondaryHeader", "checksum", "sequence", "stored"] as const) {
        if (source[key] !== undefined) {
          this.problems.add([...path, key], `is that of ${base.name}, which this packet extends`);
        }
      }
    }
    const header = base ?? this.headerOf(source, path);
    if (!header) return this.refuse(value, path);
    this.addPacket(source, base, header, path);
  }

  private headerOf(source: PacketSource, path: Path): Pick<Packet, "secondaryHeader" | "time"> | undefined {
    const time = source.time ?? this.defaults.time;
    if (time !== undefined) return readHeader(source.secondaryHeader ?? this.defaults.secondaryHeader, time);
    this.problems.add(
      [...path, "time"],
      "neither the packet nor the dictionary has a time: { code: CUC, epoch: … }, or none for packets without one",
    );
    return undefined;
  }

  private addPacket(
    source: PacketSource,
    base: Packet | undefined,
    header: Pick<Packet, "secondaryHeader" | "time">,
    path: Path,
  ): void {
    const placed = this.place(source, base, path);
    const index = this.packets.length;
    const part = {
      index,
      apid: base?.apid ?? source.apid ?? 0,
      name: source.name,
      subsystem: source.subsystem ?? base?.subsystem ?? "",
      // An event of a packet that extends another comes when it does, however often the others come.
      periodSeconds: source.period ?? (source.event ? Infinity : (base?.periodSeconds ?? 1)),
    };
    const hidden = [
      ...(base?.hidden ?? []),
      ...placed.filter(({ source: each }) => each.hidden).map(({ field }) => field),
    ];
    const known = [...(base ? (this.fields.get(base) ?? []) : []), ...placed];
    const parameters = placed.flatMap((each) =>
      each.source.hidden ? [] : [this.addParameter(each, part, known)],
    );
    const checksum = base?.checksum ?? source.checksum ?? this.defaults.checksum ?? "none";
    const overhead = header.secondaryHeader.bytes + (checksum === "none" ? 0 : 2);
    const extents = known
      .filter(({ source: field }) => !field.interleaved)
      .map(({ extent, source: field }) => ({ extent, varies: isVarying(field) }));
    const packet: Packet = {
      ...part,
      description: source.description,
      secondaryHeader: header.secondaryHeader,
      time: header.time,
      checksum,
      sequence: base?.sequence ?? source.sequence ?? this.defaults.sequence ?? { counted: "apid", step: 1 },
      stored: readStored(undefined, () => []),
      events: [],
      ...readLength(source.bytes, extents, overhead),
      base,
      isAbstract: source.abstract,
      conditions: [],
      varying: [...(base?.varying ?? []), ...this.varyingOf(placed, known)],
      parameters: [...(base?.parameters ?? []), ...parameters],
      hidden,
    };
    const fields = { packet, known, refused: this.refused };
    const events = eventSources(source.event, base && this.events.get(base));
    const complete = {
      ...packet,
      conditions: readConditions(source, fields, this.problems, path),
      stored:
        base?.stored ??
        readStored(source.stored ?? this.defaults.stored, (field, value) =>
          readCondition(field, value, fields, (message) =>
            this.problems.add([...path, "stored", "when", field], message),
          ),
        ),
      events: readEvents(source.event, events, eventFields(fields), (key, message) =>
        this.problems.add([...path, "event", ...key], message),
      ),
    };
    this.events.set(complete, events);
    if (overhead + packet.userDataBytes > mostDataBytes) {
      this.problems.add(
        [...path, "bytes"],
        `gives ${overhead + packet.userDataBytes} bytes after the primary header, at most ${mostDataBytes} can be sent`,
      );
    }
    this.packets.push(complete);
    this.byName.set(complete.name, complete);
    this.fields.set(complete, known);
    this.places.set(complete, path);
  }

  /** Fields of the packet's own, each with its place; those without a known one are reported and left out. */
  private place(source: PacketSource, base: Packet | undefined, path: Path): Placed[] {
    const written = source.parameters.flatMap((each, i) => {
      const place = [...path, "parameters", i];
      const parameter = accept(parameterSchema, each, place, this.problems);
      if (!parameter) this.refused.parameter(each);
      return parameter ? [{ parameter, place }] : [];
    });
    const accepted = withCounts(written, ({ place }) =>
      this.problems.add([...place, "interleaved"], "stands behind no array, of whose structure it could be"),
    );
    const first = (base && this.ends.get(base.name)) ?? startOfData;
    const { extents, next } = layOut(
      accepted.map(({ parameter }) => parameter),
      first,
    );
    const placed = accepted.flatMap(({ parameter, place }, i) => {
      const extent = extents[i];
      if (typeof extent !== "object") {
        this.problems.add(
          [...place, "name"],
          `follows ${extent ?? ""}, whose length varies, and not from byte to byte: give it a bitOffset, or put that last`,
        );
        this.refused.parameter(parameter);
        return [];
      }
      const field = readField(parameter, extent);
      this.places.set(field, place);
      return [{ source: parameter, place, extent, field }];
    });
    this.ends.set(source.name, next);
    return placed;
  }

  private addParameter(
    { source, place, field, extent }: Placed,
    packet: Pick<Packet, "index" | "apid" | "name" | "subsystem" | "periodSeconds">,
    known: readonly Placed[],
  ): Parameter {
    const parameter = readParameter(
      source,
      field,
      packet,
      this.parameters.length,
      {
        array: this.arrayOf(source, extent, place, known),
        textLength: this.textLengthOf(source, place, known),
      },
      (key, message) => this.problems.add([...place, ...key], message),
    );
    this.parameters.push(parameter);
    this.places.set(parameter, place);
    return parameter;
  }

  private arrayOf(
    { count, most }: ParameterSource,
    { stride, offset }: Extent,
    place: Path,
    known: readonly Placed[],
  ): ArrayShape | undefined {
    if (count === undefined) return undefined;
    const counter =
      typeof count === "string" && count !== "rest" ? this.counter(count, "count", place, known) : undefined;
    const array = {
      slot: 0,
      most: typeof count === "number" ? count : (most ?? 1),
      count: typeof count === "number" ? count : (counter ?? ("rest" as const)),
      ...{ stride, offset },
    };
    this.arrays.push(array);
    return array;
  }

  /** Unsigned field of the packet that says a number of elements or bytes. */
  private counter(name: string, key: string, place: Path, known: readonly Placed[]): Field | undefined {
    const found = known.find(({ field, source }) => field.name === name && source.count === undefined)?.field;
    if (found?.type === "unsigned") return found;
    if (found || !this.refused.hasParameter(name)) {
      this.problems.add([...place, key], `${name} is no unsigned field of this packet; or write rest`);
    }
    return undefined;
  }

  private textLengthOf(
    { bytes }: ParameterSource,
    place: Path,
    known: readonly Placed[],
  ): VaryingLength | "rest" | undefined {
    if (bytes === undefined || typeof bytes === "number") return undefined;
    if (bytes === "rest") return "rest";
    const {
      field: name,
      times,
      plus,
    } = typeof bytes === "string" ? { field: bytes, times: 1, plus: 0 } : bytes;
    const field = this.counter(name, "bytes", place, known);
    return field ? { field, times, plus } : "rest";
  }

  /** Fields of a packet that others may follow although their length varies. */
  private varyingOf(placed: readonly Placed[], known: readonly Placed[]): VaryingField[] {
    return placed.flatMap(({ source, field, place, extent: { stride } }): VaryingField[] => {
      const isBehind = field.bitOffset % 8 === 0 && stride % 8 === 0 && source.bitOffset === undefined;
      if (!isVarying(source) || source.interleaved || !isBehind) return [];
      const { count } = source;
      if (count === undefined) {
        // A hidden text is no parameter: this is where its size is checked.
        return [{ field, elementBytes: 1, length: this.textLengthOf(source, place, known) ?? "rest" }];
      }
      // A hidden array is no parameter: this is where its count is checked.
      const counter =
        typeof count === "string" && count !== "rest"
          ? this.counter(count, "count", place, known)
          : undefined;
      const length = counter ? { field: counter, times: 1, plus: 0 } : ("rest" as const);
      return [{ field, elementBytes: stride / 8, length }];
    });
  }

  private refuseBase(name: string, value: unknown, path: Path): void {
    if (!this.refused.hasPacket(name)) {
      const known = [...this.byName.keys()];
      const guess = nearest(name, known);
      const said =
        guess === undefined ? `: ${known.join(", ") || "there is none"}` : `; did you mean ${guess}?`;
      this.problems.add([...path, "extends"], `${name} is no packet before this one in the file${said}`);
    }
    this.refuse(value, path);
  }

  /** Takes note of an invalid packet, and checks its parameters, so that a wrong key in it does not hide their problems. */
  private refuse(value: unknown, path: Path): void {
    this.refused.packet(value);
    if (typeof value !== "object" || value === null) return;
    if (!("parameters" in value) || !Array.isArray(value.parameters)) return;
    value.parameters.forEach((each: unknown, i) =>
      accept(parameterSchema, each, [...path, "parameters", i], this.problems),
    );
  }
}
