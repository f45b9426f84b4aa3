/** Parameters and hidden fields of a dictionary file, with every default filled in. */
import { bitPlaces } from "./bitOrder";
import { calibrateToBase } from "./calibration";
import { derivedOf } from "./derived";
import type { Encoding, Field, FieldType, Packet, Parameter } from "./dictionary";
import type { Extent } from "./layout";
import { convertLimits } from "./limits";
import { metricName } from "./metricName";
import type { ParameterSource } from "./parameterSchema";
import { rawRange } from "./rawRange";
import { readAlarms, stateNames } from "./stateAlarms";
import { readStates } from "./states";
import { unitOf } from "./units";

const defaultEncodings: Readonly<Record<FieldType, Encoding>> = {
  unsigned: "binary",
  signed: "twos-complement",
  float: "ieee754",
  enumeration: "binary",
  boolean: "binary",
  string: "utf-8",
  binary: "hex",
  derived: "binary",
};

/** Function that reports a problem of a key of the parameter. */
export type ReportKey = (key: readonly (string | number)[], message: string) => void;

/** Form of a field. An enumeration with a negative state is in two's complement. */
export function readField(source: ParameterSource, extent: Extent): Field {
  const { bitOffset, bitSize, bits, segment } = extent;
  const isNegative = Object.keys(source.states ?? {}).some((key) => /^-|\.\.-/.test(key));
  const encoding = source.encoding ?? (isNegative ? "twos-complement" : defaultEncodings[source.type]);
  const { name, type, byteOrder, overlaps } = source;
  const places = bitPlaces(source, bitSize);
  return {
    name,
    type,
    encoding: encoding as Encoding,
    bitOffset,
    segment,
    bitSize,
    bits,
    // Where the bits have places of their own, those are counted as for big-endian numbers.
    byteOrder: places || typeof byteOrder === "object" ? "big" : byteOrder,
    ...(places && { bitPlaces: places }),
    overlaps,
  };
}

/** What a parameter has from its packet. */
type PacketPart = Pick<Packet, "index" | "apid" | "name" | "subsystem" | "periodSeconds">;

/** @param index position in `Dictionary.parameters` */
export function readParameter(
  source: ParameterSource,
  field: Field,
  packet: PacketPart,
  index: number,
  { array, textLength }: Pick<Parameter, "array" | "textLength">,
  report: ReportKey,
): Parameter {
  const unit = unitOf(source.unit);
  const subsystem = source.subsystem ?? packet.subsystem;
  const isText = source.type === "string" || source.type === "binary";
  const { problems, ...states } = readStates(source.states ?? {}, {
    ...rawRange(field),
    bits: field.bitSize,
  });
  for (const { key, message } of problems) report(["states", key], message);
  return {
    ...field,
    index,
    apid: packet.apid,
    packet: packet.name,
    packetIndex: packet.index,
    periodSeconds: packet.periodSeconds,
    subsystem,
    description: source.description,
    metric: metricName({ subsystem, name: source.name, unit, kind: isText ? "info" : source.kind }),
    kind: source.kind,
    calibration: calibrateToBase(source.calibration, unit, (key, message) =>
      report(["calibration", ...key], message),
    ),
    unit,
    ...states,
    ...(array && { array }),
    ...(textLength !== undefined && { textLength }),
    limits: source.limits && convertLimits(source.limits, unit),
    ...(source.formula !== undefined && { derived: derivedOf(source.formula) }),
    ...(source.alarms && {
      alarms: readAlarms(source.alarms, stateNames({ type: source.type, ...states }), (key, message) =>
        report(["alarms", key], message),
      ),
    }),
  };
}
