/** What numbers mean in CSV definitions: states, polynomials and simple formulas in a cell. */
import type { ForeignField, ForeignState } from "../definition";
import { formulaOf } from "./formula";

export type Meaning = Pick<ForeignField, "calibration" | "states">;

/**
 * Meaning of a cell: JSON as `{"0": "OFF", "[1,3]": "ON"}` (states) or `{"0": 20, "1": -0.5}` (coefficients by exponent),
 * states as `0=OFF, 1=ON`, coefficients as `20 -0.5`, or a formula as `x*0.5`, `x/24` or
 * `(2*x+1)^2`.
 * @returns a text for what is none of these
 */
export function meaningOf(cell: string): Meaning | string {
  if (cell.startsWith("{")) return ofJson(cell);
  const states = ofPairs(cell);
  if (states) return { states };
  const numbers = cell.split(/[\s,;]+/).map(Number);
  if (numbers.every((each) => !Number.isNaN(each))) return { calibration: { polynomial: numbers } };
  const line = ofFormula(cell);
  if (line) return { calibration: { polynomial: line } };
  const formula = formulaOf(cell);
  if (formula !== undefined) return { calibration: { formula } };
  return /^\w+$/.test(cell)
    ? `the states or the conversion ${cell}, which is a name only`
    : `the conversion ${cell.length > 60 ? `${cell.slice(0, 60)}...` : cell}`;
}

function ofJson(cell: string): Meaning | string {
  let value: unknown;
  try {
    value = JSON.parse(cell);
  } catch {
    return `the conversion ${cell.slice(0, 60)}, which is no JSON`;
  }
  const entries = Object.entries(value as Record<string, unknown>);
  if (entries.every(([, each]) => typeof each === "number")) {
    const polynomial: number[] = [];
    for (const [exponent, coefficient] of entries) {
      if (!/^[0-7]$/.test(exponent)) return `a polynomial with the exponent ${exponent}`;
      polynomial[Number(exponent)] = coefficient as number;
    }
    return { calibration: { polynomial: Array.from(polynomial, (each: number | undefined) => each ?? 0) } };
  }
  const states = entries.map(([key, label]) => stateOf(key, String(label)));
  return states.every((state) => state !== undefined) ? { states } : `the states ${cell.slice(0, 60)}`;
}

/** State of a number, `[1,3]` or `1..3`. */
function stateOf(key: string, label: string): ForeignState | undefined {
  const [, from, to = from] =
    /^\s*\[?\s*(-?(?:0x[\da-f]+|\d+))(?:\s*(?:,|\.\.)\s*(-?(?:0x[\da-f]+|\d+)))?\s*\]?\s*$/i.exec(key) ?? [];
  return from === undefined ? undefined : { from: Number(from), to: Number(to), label };
}

/** States as `0=OFF, 1=ON` or `0:OFF; 1:ON`. */
function ofPairs(cell: string): ForeignState[] | undefined {
  const parts = cell.split(/[,;\n]/).filter((part) => part.trim() !== "");
  const states = parts.map((part) => {
    const [, key = "", label = ""] = /^([^=:]+)[=:](.+)$/.exec(part) ?? [];
    return stateOf(key, label.trim());
  });
  return states.length > 0 && states.every((state) => state !== undefined) ? states : undefined;
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
