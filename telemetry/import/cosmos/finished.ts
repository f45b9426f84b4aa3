/** Items of COSMOS when all their lines are read: conversions by segments, and states. */
import type { ForeignCalibration, ForeignField } from "../definition";
import { isIdentity } from "../fieldSource";
import type { Findings } from "../findings";
import { withOwnLimits, withOwnUnit } from "../numbersOnly";
import { rangeOf, withFittingStates, withoutStates } from "../states";

/**
 * The field with its segments as one curve, and with the states that it can have.
 * @param item segments, of which each line names one, and whether any line says how the raw number is converted
 */
export function finished(
  field: ForeignField,
  item: { readonly segments: readonly Segment[]; readonly isConverted: boolean },
  findings: Findings,
): ForeignField {
  const curved = withOwnLimits(withSegments(withoutLostUnit(field, item), item.segments, findings), findings);
  if (curved.type !== "enumeration" || !item.isConverted || isIdentity(curved.calibration)) {
    return withOwnUnit(withFittingStates(curved, findings), findings);
  }
  // COSMOS looks a state up by the converted number, a dictionary by the raw one.
  findings.leftOut(field.place, "its states, which are those of the converted number");
  return withoutStates(curved);
}

/** A number whose conversion was lost has no unit and no limits, also where those stand behind the conversion. */
function withoutLostUnit(
  field: ForeignField,
  { segments, isConverted }: { readonly segments: readonly Segment[]; readonly isConverted: boolean },
): ForeignField {
  const isLost = isConverted && field.calibration === undefined && segments.length === 0;
  return isLost ? { ...field, unit: undefined, limits: undefined } : field;
}

function withSegments(field: ForeignField, segments: readonly Segment[], findings: Findings): ForeignField {
  if (segments.length === 0) return field;
  const calibration = curveOf(segments, field);
  if (calibration) return { ...field, calibration };
  const why = "its SEG_POLY_READ_CONVERSION, which is too long, or has what is no number";
  findings.leftOut(field.place, `${why}: the number is shown as it is sent, without its unit and limits`);
  return { ...field, unit: undefined, limits: undefined };
}

interface Segment {
  readonly from: number;
  readonly polynomial: readonly number[];
}

/**
 * Conversion by segments: a table where each is a straight line that goes on where the one before it ends, else a formula.
 * @param segments lower bound and coefficients of each; the first is also for what is below it
 * @returns undefined for what is no number, or too long
 */
function curveOf(
  segments: readonly Segment[],
  field: Pick<ForeignField, "type" | "encoding" | "bits">,
): ForeignCalibration | undefined {
  const sorted = [...segments].sort((a, b) => a.from - b.from);
  if (sorted.some(({ from, polynomial }) => [from, ...polynomial].some(Number.isNaN))) return undefined;
  const table = tableOf(sorted, field);
  if (table) return { table };
  const [first, ...others] = sorted;
  const formula = others.reduce(
    (before, { from, polynomial }) => `x >= ${from} ? ${termsOf(polynomial)} : ${before}`,
    termsOf(first?.polynomial ?? []),
  );
  return formula.length > 1000 ? undefined : { formula };
}

/** Sum of powers of the raw number. */
function termsOf(polynomial: readonly number[]): string {
  const terms = polynomial.map((coefficient, exponent) => {
    const number = coefficient < 0 ? `(${coefficient})` : String(coefficient);
    return exponent === 0 ? number : `${number} * x${exponent === 1 ? "" : ` ** ${exponent}`}`;
  });
  return terms.length === 0 ? "0" : terms.join(" + ");
}

/** Table of straight lines that meet; undefined for curves and steps, which a table is not. */
function tableOf(
  sorted: readonly Segment[],
  field: Pick<ForeignField, "type" | "encoding" | "bits">,
): [number, number][] | undefined {
  const isLine = sorted.every(({ polynomial }) => polynomial.length <= 2);
  if (!isLine || field.type === "float") return undefined;
  const { from: lowest, to: highest } = rangeOf(field);
  // The last one that begins at or below the lowest number hides those before it.
  const first = Math.max(
    0,
    sorted.findLastIndex(({ from }) => from <= lowest),
  );
  const [start, ...others] = sorted.slice(first).filter(({ from }, i) => i === 0 || from <= highest);
  if (!start) return undefined;
  const points: [number, number][] = [[lowest, valueOf(start, lowest)]];
  let before = start;
  for (const segment of others) {
    const [end, next] = [valueOf(before, segment.from), valueOf(segment, segment.from)];
    // Between two whole numbers a step would be a steep line; only what meets is a table.
    if (Math.abs(end - next) > 1e-9 * Math.max(1, Math.abs(end))) return undefined;
    points.push([segment.from, next]);
    before = segment;
  }
  if ((points.at(-1)?.[0] ?? lowest) < highest) points.push([highest, valueOf(before, highest)]);
  return points;
}

const valueOf = ({ polynomial: [constant = 0, slope = 0] }: Segment, raw: number): number =>
  constant + slope * raw;
