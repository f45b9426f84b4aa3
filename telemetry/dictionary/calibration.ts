/** Calibrations of a dictionary file, with the unit conversion in them. */
import type { CurveSource } from "./calibrationSchema";
import { contextOf } from "./context";
import type { Calibration, Curve } from "./dictionary";
import { compileFormula } from "./formula/compile";
import { FormulaError, parseFormula } from "./formula/expression";
import type { ParameterSource } from "./parameterSchema";
import { asFraction, toBaseUnit, type Unit } from "./units";

type Refuse = (key: readonly (string | number)[], message: string) => void;

/**
 * Calibration of a dictionary file combined with the unit conversion, so that decoding does both in one step.
 *
 * @param refuse reports a problem of a formula
 */
export function calibrateToBase(
  source: ParameterSource["calibration"],
  unit: Unit,
  refuse: Refuse,
): Calibration {
  if (!source?.contexts) return curveToBase(source, unit, refuse);
  const { contexts, ...own } = source;
  const hasOwn = Object.values(own).some((each) => each !== undefined);
  return {
    kind: "context",
    choices: contexts.map(({ when, ...curve }, i) => ({
      context: contextOf(when),
      curve: curveToBase(curve, unit, (key, message) => refuse(["contexts", i, ...key], message)),
    })),
    otherwise: hasOwn ? curveToBase(own, unit, refuse) : undefined,
  };
}

function curveToBase(source: CurveSource | undefined, unit: Unit, refuse: Refuse): Curve {
  if (source?.formula !== undefined) {
    const run = formulaOfRaw(source.formula, (problem) => refuse(["formula"], problem));
    return { kind: "formula", evaluate: (raw) => toBaseUnit(run(raw), unit) };
  }
  if (source?.table) {
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

/** Formula of the raw number x. */
function formulaOfRaw(text: string, refuse: (problem: string) => void): (raw: number) => number {
  try {
    const { expression } = parseFormula(text, {
      problem: (name) => (name === "x" ? undefined : `${name} is not known: x is the raw number`),
      state: () => "x has no states",
    });
    const [evaluate, inputs] = [compileFormula(expression), new Float64Array(1)];
    return (raw) => {
      inputs[0] = raw;
      return evaluate(inputs);
    };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    error.problems.forEach(refuse);
    return () => NaN;
  }
}
