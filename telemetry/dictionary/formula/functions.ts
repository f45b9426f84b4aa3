/** Operators and functions that a formula may use. There are no others: what is not in these tables is refused. */

/** What becomes of the units of the arguments. */
export type UnitRule =
  /** All have the same, and so has the result. */
  | "same"
  /** All have the same; the result is a plain number. */
  | "compared"
  | "product"
  | "quotient"
  | "root"
  | "cube root"
  | "power"
  /** The argument is an angle in radians. */
  | "angle"
  /** Nothing is known of it. */
  | "any";

export interface FormulaFunction {
  readonly run: (...args: number[]) => number;
  readonly least: number;
  readonly most: number;
  readonly units: UnitRule;
}

const one = (run: (a: number) => number, units: UnitRule): FormulaFunction => ({
  run,
  least: 1,
  most: 1,
  units,
});
const two = (run: (a: number, b: number) => number, units: UnitRule): FormulaFunction => ({
  ...{ run, units },
  ...{ least: 2, most: 2 },
});
const some = (run: (...args: number[]) => number, units: UnitRule): FormulaFunction => ({
  ...{ run, units },
  ...{ least: 1, most: 16 },
});

/** Bits of two whole numbers from 0 to 2^53 - 1, in two halves: JavaScript's operators know 32 bits. */
const bits = (of: (a: number, b: number) => number): FormulaFunction =>
  two((a, b) => {
    if (![a, b].every((each) => Number.isSafeInteger(each) && each >= 0)) return NaN;
    const upper = of(Math.floor(a / 2 ** 32), Math.floor(b / 2 ** 32));
    return upper * 2 ** 32 + (of(a, b) >>> 0);
  }, "any");

const truth = (value: boolean): number => (value ? 1 : 0);
const radians = Math.PI / 180;

/** Binary operators by their signs. */
export const operators: Readonly<Record<string, FormulaFunction>> = {
  "+": two((a, b) => a + b, "same"),
  "-": two((a, b) => a - b, "same"),
  "*": two((a, b) => a * b, "product"),
  "/": two((a, b) => a / b, "quotient"),
  "%": two((a, b) => a % b, "same"),
  "**": two((a, b) => a ** b, "power"),
  "<": two((a, b) => truth(a < b), "compared"),
  "<=": two((a, b) => truth(a <= b), "compared"),
  ">": two((a, b) => truth(a > b), "compared"),
  ">=": two((a, b) => truth(a >= b), "compared"),
  "==": two((a, b) => truth(a === b), "compared"),
  "!=": two((a, b) => truth(a !== b), "compared"),
  "&&": two((a, b) => truth(a !== 0 && b !== 0), "any"),
  "||": two((a, b) => truth(a !== 0 || b !== 0), "any"),
};

export const unaryOperators: Readonly<Record<string, FormulaFunction>> = {
  "-": one((a) => -a, "same"),
  "+": one((a) => a, "same"),
  "!": one((a) => truth(a === 0), "any"),
};

export const functions: Readonly<Record<string, FormulaFunction>> = {
  abs: one(Math.abs, "same"),
  sign: one(Math.sign, "any"),
  floor: one(Math.floor, "same"),
  ceil: one(Math.ceil, "same"),
  round: one(Math.round, "same"),
  trunc: one(Math.trunc, "same"),
  min: some(Math.min, "same"),
  max: some(Math.max, "same"),
  hypot: some(Math.hypot, "same"),
  sqrt: one(Math.sqrt, "root"),
  cbrt: one(Math.cbrt, "cube root"),
  pow: two((a, b) => a ** b, "power"),
  exp: one(Math.exp, "any"),
  ln: one(Math.log, "any"),
  log2: one(Math.log2, "any"),
  log10: one(Math.log10, "any"),
  sin: one(Math.sin, "angle"),
  cos: one(Math.cos, "angle"),
  tan: one(Math.tan, "angle"),
  asin: one(Math.asin, "any"),
  acos: one(Math.acos, "any"),
  atan: one(Math.atan, "any"),
  atan2: two(Math.atan2, "any"),
  sinh: one(Math.sinh, "any"),
  cosh: one(Math.cosh, "any"),
  tanh: one(Math.tanh, "any"),
  asinh: one(Math.asinh, "any"),
  acosh: one(Math.acosh, "any"),
  atanh: one(Math.atanh, "any"),
  bitand: bits((a, b) => a & b),
  bitor: bits((a, b) => a | b),
  bitxor: bits((a, b) => a ^ b),
  /** Degrees in radians, and back. */
  rad: one((degrees) => degrees * radians, "any"),
  deg: one((angle) => angle / radians, "any"),
};

export const constants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };
