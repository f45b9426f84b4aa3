/** Calibration of raw numbers (linear, polynomial, table, formula) to base units, and its inverse for the simulator. */
import { type Calibration, type Parameter, rawRange } from "../dictionary";

/** @returns the value in base units for a raw number; of a calibration by context, where no context is known */
export function calibrate(raw: number, calibration: Calibration): number {
  switch (calibration.kind) {
    case "none":
      return raw;
    case "linear":
      return calibration.constant + (raw * calibration.numerator) / calibration.denominator;
    case "polynomial":
      return evaluate(calibration.coefficients, raw);
    case "table":
      return interpolate(calibration.raw, calibration.value, raw);
    case "formula":
      return calibration.evaluate(raw);
    case "context":
      return calibration.otherwise ? calibrate(raw, calibration.otherwise) : NaN;
  }
}

/** Value of a polynomial, by Horner's scheme. */
function evaluate(coefficients: readonly number[], raw: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * raw + (coefficients[i] ?? 0);
  return value;
}

function interpolate(raws: readonly number[], values: readonly number[], raw: number): number {
  const last = raws.length - 1;
  if (!(raw > (raws[0] ?? 0))) return Number.isNaN(raw) ? NaN : (values[0] ?? NaN);
  if (raw >= (raws[last] ?? 0)) return values[last] ?? NaN;
  let low = 0;
  for (let high = last; high - low > 1;) {
    const middle = (low + high) >>> 1;
    if ((raws[middle] ?? 0) <= raw) low = middle;
    else high = middle;
  }
  const [x0 = 0, x1 = 1, y0 = 0, y1 = 0] = [raws[low], raws[low + 1], values[low], values[low + 1]];
  return y0 + ((raw - x0) * (y1 - y0)) / (x1 - x0);
}

/**
 * Raw number whose value is nearest to the given one: the inverse of `calibrate`, for the simulator.
 * A curved calibration must be monotonic over the range of the field.
 * @throws RangeError for a float field with a curved calibration
 */
export function uncalibrate(value: number, parameter: Parameter): number {
  const { calibration } = parameter;
  if (calibration.kind === "none") return value;
  if (calibration.kind === "linear") {
    const slope = calibration.numerator / calibration.denominator;
    return slope === 0 ? 0 : (value - calibration.constant) / slope;
  }
  if (parameter.type === "float") {
    throw new RangeError(
      `${parameter.packet}.${parameter.name}: a float with a curved calibration cannot be encoded`,
    );
  }
  return nearestRaw(value, parameter);
}

/** Nearest raw number, by bisection: at most 53 steps for any curve. */
function nearestRaw(value: number, parameter: Parameter): number {
  const { lowest, highest } = rawRange(parameter);
  const at = (raw: number): number => calibrate(raw, parameter.calibration);
  // A formula may have no value at an end, as a logarithm of 0.
  const quarter = parameter.calibration.kind === "formula" ? Math.floor((highest - lowest) / 4) : 0;
  const isFalling = at(highest - quarter) < at(lowest + quarter);
  let low = lowest;
  let high = highest;
  while (high - low > 1) {
    const middle = Math.floor(low + (high - low) / 2);
    if (at(middle) < value !== isFalling) low = middle;
    else high = middle;
  }
  return Math.abs(at(low) - value) <= Math.abs(at(high) - value) ? low : high;
}
