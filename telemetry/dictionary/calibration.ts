/** Calibrations of a dictionary file, with the unit conversion in them. */
import type { Calibration } from "./dictionary";
import type { ParameterSource } from "./parameterSchema";
import { asFraction, toBaseUnit, type Unit } from "./units";

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
