/** Positions and sizes of a packet's fields, and calibrations that include the unit conversion. */
import type { Calibration } from "./dictionary";
import type { ParameterSource } from "./schema";
import { asFraction, toBaseUnit, type Unit } from "./units";

/** Position and size of a field in the data after the secondary header. */
export interface Extent {
  readonly bitOffset: number;
  readonly bitSize: number;
}

/** Sizes and offsets of a packet's fields. A field without an offset follows the previous field. */
export function layOut(parameters: readonly ParameterSource[]): Extent[] {
  let next = 0;
  return parameters.map((parameter) => {
    const bitOffset = parameter.bitOffset ?? next;
    const bitSize = parameter.bits ?? (parameter.type === "float" ? 32 : 1);
    next = bitOffset + bitSize;
    return { bitOffset, bitSize };
  });
}

/** Problem with the alignment of a field, or undefined. */
export function alignmentProblem(parameter: ParameterSource, extent: Extent): string | undefined {
  const isWholeBytes = extent.bitOffset % 8 === 0 && extent.bitSize % 8 === 0;
  if (parameter.type === "float" && !isWholeBytes) {
    return `a float must start at a whole byte, not at bit ${extent.bitOffset}`;
  }
  if (parameter.byteOrder === "little" && !isWholeBytes) {
    return `a little-endian field must be whole bytes, not ${extent.bitSize} bits at bit ${extent.bitOffset}`;
  }
  return undefined;
}

/**
 * Calibration of a dictionary file combined with the unit conversion, so that decoding does both in one step.
 */
export function calibrateToBase(source: ParameterSource["calibration"], unit: Unit): Calibration {
  if (source && "table" in source) {
    return {
      kind: "table",
      raw: source.table.map(([raw]) => raw),
      value: source.table.map(([, value]) => toBaseUnit(value, unit)),
    };
  }
  const isIdentity = unit.factor === 1 && unit.offset === 0;
  if (!source && isIdentity) return { kind: "none" };
  const [first = 0, ...rest] = source?.polynomial ?? [0, 1];
  const constant = toBaseUnit(first, unit);
  const higher = rest.map((coefficient) => coefficient * unit.factor);
  if (higher.length <= 1) return { kind: "linear", constant, ...asFraction(higher[0] ?? 0) };
  return { kind: "polynomial", coefficients: [constant, ...higher] };
}
