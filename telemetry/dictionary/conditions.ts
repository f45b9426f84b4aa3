/** Conditions that choose a layout: on fields of the packet, and on the message type in a PUS header. */
import type { Condition, Field, Packet } from "./dictionary";
import type { ConditionSource, PacketSource } from "./packetSchema";
import type { ParameterSource } from "./parameterSchema";
import type { Path, Problems } from "./problem";
import type { Refused } from "./refused";

/** A field that a condition may be on. */
interface Known {
  readonly field: Field;
  readonly source: ParameterSource;
}

/** Where conditions find their fields. */
export interface PacketFields {
  readonly packet: Packet;
  /** All fields of the packet, those of its base too. */
  readonly known: readonly Known[];
  readonly refused: Refused;
}

export function readConditions(
  source: PacketSource,
  fields: PacketFields,
  problems: Problems,
  path: Path,
): Condition[] {
  const pus = pusConditions(source);
  if (pus.length > 0 && fields.packet.secondaryHeader.pusVersion === undefined) {
    problems.add([...path, "service"], "belongs to packets with secondaryHeader: PUS-C or PUS-A");
  }
  const own = Object.entries(source.when ?? {}).flatMap(([name, wanted]) =>
    readCondition(name, wanted, fields, (message) => problems.add([...path, "when", name], message)),
  );
  return [...pus, ...own];
}

const integers = new Set<string>(["unsigned", "signed", "enumeration", "boolean"]);

/** Condition on one field. A field that no condition can be on is refused. */
export function readCondition(
  name: string,
  wanted: ConditionSource,
  { packet, known, refused }: PacketFields,
  refuse: (message: string) => void,
): Condition[] {
  const found = known.find(({ field, source }) => field.name === name && source.count === undefined);
  if (!found && refused.hasParameter(name)) return [];
  if (!found || !integers.has(found.field.type)) {
    refuse(`${name} is no integer field of this packet: ${known.map(({ field }) => field.name).join(", ")}`);
    return [];
  }
  if (found.field.segment > 0) {
    refuse(`${name} is behind a field whose length varies: its place is only known when the layout is`);
    return [];
  }
  const states = new Map(
    Object.entries(found.source.states ?? {}).map(([key, state]) => [state, key] as const),
  );
  const numberOf = (value: string | number): number => {
    const number = typeof value === "number" ? value : Number(states.get(value) ?? NaN);
    if (Number.isNaN(number)) refuse(`${value} is no number and no state of ${name} with one number`);
    return number;
  };
  const bitOffset = packet.secondaryHeader.bytes * 8 + found.field.bitOffset;
  return [{ bitOffset, field: found.field, ...rangesOf(wanted, numberOf) }];
}

/** A field of the header: its offset counts from behind the primary header. */
const headerField = (name: string, bitOffset: number, bitSize: number): Field => ({
  ...{ name, bitOffset, segment: 0, bitSize, bits: bitSize },
  ...{ type: "unsigned", encoding: "binary", byteOrder: "big", overlaps: false },
});

/** Fields of a PUS header by their names. */
export const pusFields: readonly Field[] = [
  headerField("service", 8, 8),
  headerField("subtype", 16, 8),
  headerField("destination", 40, 16),
];

/** Conditions on the message type in a PUS header. */
function pusConditions({ service, subtype, destination }: PacketSource): Condition[] {
  const wanted: Readonly<Record<string, number | undefined>> = { service, subtype, destination };
  return pusFields.flatMap((field) => {
    const value = wanted[field.name];
    return value === undefined
      ? []
      : [{ bitOffset: field.bitOffset, field, ranges: [{ from: value, to: value }], isNot: false }];
  });
}

/** Ranges of raw numbers of a condition. @param numberOf number of a state, or of a number itself */
function rangesOf(
  source: ConditionSource,
  numberOf: (value: string | number) => number,
): Pick<Condition, "ranges" | "isNot"> {
  if (typeof source === "object" && "not" in source) {
    return { ...rangesOf(source.not, numberOf), isNot: true };
  }
  const values = Array.isArray(source) ? source : [source];
  const ranges = values.map((value) =>
    typeof value === "object"
      ? { from: value.from ?? -Infinity, to: value.to ?? Infinity }
      : { from: numberOf(value), to: numberOf(value) },
  );
  return { ranges, isNot: false };
}
