/** Calibrators of XTCE: polynomials, straight lines or steps between points, formulas. */
import type { ForeignCalibration, ForeignContext, Place } from "../definition";
import type { Findings } from "../findings";
import { child, childrenOf, type Element, numberOf, placeIn } from "../xml";
import type { ReadMatch } from "./alarms";
import { formulaOf, stepsOf } from "./mathOperation";

type Calibration = ForeignCalibration;

/** What is known of a raw number. */
interface RawNumber {
  readonly bits: number;
  readonly isSigned: boolean;
  readonly isFloat: boolean;
}

/** Calibration, or nothing; a text where there is one that a dictionary cannot have: the number stays as it is sent. */
export function readCalibrator(
  encoding: Element | undefined,
  raw: RawNumber,
): Calibration | string | undefined {
  const calibrator = child(encoding, "DefaultCalibrator");
  return calibrator ? calibrationOf(calibrator, raw) : undefined;
}

/** Calibrations by context; those that a dictionary cannot have are reported. */
export function readContextCalibrators(
  encoding: Element | undefined,
  raw: RawNumber,
  place: Place,
  findings: Findings,
  readMatch: ReadMatch,
): readonly ForeignContext<Calibration>[] {
  const list = childrenOf(child(encoding, "ContextCalibratorList"), "ContextCalibrator");
  return list.flatMap((context) => {
    const when = readMatch(child(context, "ContextMatch"));
    const calibrator = child(context, "Calibrator");
    const value = calibrator && calibrationOf(calibrator, raw);
    const problem = typeof when === "string" ? when : typeof value === "string" ? value : undefined;
    if (typeof when !== "string" && typeof value === "object") return [{ when, value }];
    findings.leftOut(placeIn(place, context), `a calibration by context: ${problem ?? "has no calibrator"}`);
    return [];
  });
}

function calibrationOf(calibrator: Element, raw: RawNumber): Calibration | string | undefined {
  const polynomial = child(calibrator, "PolynomialCalibrator");
  if (polynomial) return polynomialOf(polynomial);
  const spline = child(calibrator, "SplineCalibrator");
  if (spline) return splineOf(spline, raw);
  const operation = child(calibrator, "MathOperationCalibrator");
  if (operation) return formulaOf(operation);
  const other = calibrator.children.find(({ name }) => name.endsWith("Calibrator"));
  return other ? `a ${other.name}` : undefined;
}

function polynomialOf(element: Element): Calibration | string {
  const polynomial: number[] = [];
  for (const term of childrenOf(element, "Term")) {
    const exponent = numberOf(term, "exponent") ?? 0;
    const coefficient = numberOf(term, "coefficient") ?? 0;
    if (!Number.isInteger(exponent) || exponent < 0 || exponent > 7) {
      return `a polynomial with the exponent ${exponent}`;
    }
    polynomial[exponent] = (polynomial[exponent] ?? 0) + coefficient;
  }
  if (polynomial.length === 0) return "a polynomial without terms";
  return { polynomial: Array.from(polynomial, (each: number | undefined) => each ?? 0) };
}

function splineOf(element: Element, { bits, isSigned, isFloat }: RawNumber): Calibration | string {
  const points = childrenOf(element, "SplinePoint")
    .map((point) => [numberOf(point, "raw") ?? NaN, numberOf(point, "calibrated") ?? NaN] as const)
    .sort(([a], [b]) => a - b);
  const order = numberOf(element, "order") ?? 1;
  if (points.length < 2 || points.some((point) => point.some(Number.isNaN))) {
    return "a spline without two points";
  }
  if (order === 0) return stepsOf(points);
  if (order !== 1) return `a spline of order ${order}`;
  if (element.attributes.extrapolate !== "true") return { table: points };
  if (isFloat) return "a spline of a float that goes on beyond its points";
  return { table: extended(points, bits, isSigned) };
}

/** Points with one at each end of the field's range on the outer lines, which a dictionary's table does not go on. */
function extended(
  points: readonly (readonly [number, number])[],
  bits: number,
  isSigned: boolean,
): readonly (readonly [number, number])[] {
  const [lowest, highest] = isSigned ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  const [first, second, last, beforeLast] = [points[0], points[1], points.at(-1), points.at(-2)];
  if (!first || !second || !last || !beforeLast) return points;
  const onLine = (
    raw: number,
    [x0, y0]: readonly [number, number],
    [x1, y1]: readonly [number, number],
  ): [number, number] => [raw, y0 + ((raw - x0) * (y1 - y0)) / (x1 - x0)];
  return [
    ...(first[0] > lowest ? [onLine(lowest, first, second)] : []),
    ...points,
    ...(last[0] < highest ? [onLine(highest, beforeLast, last)] : []),
  ];
}
