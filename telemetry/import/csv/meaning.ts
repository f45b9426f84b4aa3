/** What numbers mean in CSV definitions: states, polynomials and simple formulas in a cell. */
import type { ForeignField } from "../definition";
import { formulaOf } from "./formula";
import { statesOfJson, statesOfPairs } from "./states";

export type Meaning = Pick<ForeignField, "calibration" | "states">;

/**
 * States of a cell in a column of states, in the forms of states.ts.
 * @returns a text for what is none
 */
export function statesOf(cell: string): Meaning | string {
  const json = jsonOf(cell);
  const states = json === undefined ? statesOfPairs(cell) : statesOfJson(json);
  return states ? { states } : `the states ${shown(cell)}`;
}

/**
 * Meaning of a cell in a column of calibrations: coefficients as `20 -0.5`, or JSON by exponent as `{"0": 20, "1": -0.5}`; a
 * formula as `x*0.5`, `x/24` or `(2*x+1)^2`; states as `{"0": "OFF", "[1,3]": "ON"}` or `0=OFF, 1=ON`.
 * @returns a text for what is none of these
 */
export function calibrationOf(cell: string): Meaning | string {
  const json = jsonOf(cell);
  const coefficients = json === undefined ? undefined : polynomialOf(json);
  if (typeof coefficients === "string") return coefficients;
  if (coefficients) return { calibration: { polynomial: coefficients } };
  const states = json === undefined ? statesOfPairs(cell, "signs") : statesOfJson(json);
  if (states) return { states };
  const numbers = cell.split(/[\s,;]+/).map(Number);
  if (numbers.every((each) => !Number.isNaN(each))) return { calibration: { polynomial: numbers } };
  const line = ofFormula(cell);
  if (line) return { calibration: { polynomial: line } };
  const formula = formulaOf(cell);
  if (formula !== undefined) return { calibration: { formula } };
  return /^\w+$/.test(cell)
    ? `the states or the conversion ${cell}, which is a name only`
    : `the conversion ${shown(cell)}`;
}

const shown = (cell: string): string => (cell.length > 60 ? `${cell.slice(0, 60)}...` : cell);

/** Object or list of JSON; undefined for any other text. */
function jsonOf(cell: string): object | undefined {
  if (!/^[[{]/.test(cell)) return undefined;
  try {
    return JSON.parse(cell) as object;
  } catch {
    return undefined;
  }
}

/** Coefficients by exponent, or in a list; undefined for what is none, a text for exponents that a polynomial has not. */
function polynomialOf(value: object): number[] | string | undefined {
  const entries = Object.entries(value as Record<string, unknown>);
  const isNumeric = entries.every(([key, each]) => typeof each === "number" && /^-?[\d.]+$/.test(key));
  if (!isNumeric || entries.length === 0) return undefined;
  const polynomial: number[] = [];
  for (const [exponent, coefficient] of entries) {
    if (!/^[0-7]$/.test(exponent)) return `a polynomial with the exponent ${exponent}`;
    polynomial[Number(exponent)] = coefficient as number;
  }
  return Array.from(polynomial, (each: number | undefined) => each ?? 0);
}

const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const scaled = new RegExp(
  String.raw`^(?:(${number})\*)?x(?:([*/])(${number}))?([-+](?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)?$`,
);

/** Constant and slope of a line; undefined for any other formula. */
function ofFormula(cell: string): [number, number] | undefined {
  const match = scaled.exec(cell.toLowerCase().replaceAll(/\s+/g, ""));
  if (!match) return undefined;
  const [, before = "1", operator, after = "1", constant = "0"] = match;
  const slope = operator === "/" ? Number(before) / Number(after) : Number(before) * Number(after);
  return [Number(constant), slope];
}
