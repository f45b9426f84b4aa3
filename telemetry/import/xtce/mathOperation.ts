/** Formulas of XTCE, which are written operand by operand with each operator behind its operands. */
import type { Element } from "../xml";

type Make = (...operands: string[]) => string;

/** Operators by the number of their operands. */
const unary: Readonly<Record<string, Make>> = {
  ln: (a) => `ln(${a})`,
  log: (a) => `log10(${a})`,
  "e^x": (a) => `exp(${a})`,
  "1/x": (a) => `(1 / ${a})`,
  abs: (a) => `abs(${a})`,
  int: (a) => `trunc(${a})`,
  ...Object.fromEntries(
    ["sin", "cos", "tan", "asin", "acos", "atan"].map((name) => [name, (a: string) => `${name}(${a})`]),
  ),
};
const binary: Readonly<Record<string, Make>> = {
  ...Object.fromEntries(
    ["+", "-", "*", "/", "%"].map((sign) => [sign, (a: string, b: string) => `(${a} ${sign} ${b})`]),
  ),
  "^": (a, b) => `pow(${a}, ${b})`,
  "y^x": (a, b) => `pow(${a}, ${b})`,
  atan2: (a, b) => `atan2(${a}, ${b})`,
  min: (a, b) => `min(${a}, ${b})`,
  max: (a, b) => `max(${a}, ${b})`,
  div: (a, b) => `trunc(${a} / ${b})`,
};

/** @returns the formula with x for the raw number; a text for what a dictionary cannot have */
export function formulaOf(element: Element): { readonly formula: string } | string {
  const stack: string[] = [];
  for (const { name, text } of element.children) {
    const operator = text.trim();
    if (name === "ThisParameterOperand") stack.push("x");
    else if (name === "ValueOperand") {
      if (operator === "" || !Number.isFinite(Number(operator))) {
        return `a formula with the value ${operator}`;
      }
      stack.push(Number(operator) < 0 ? `(${Number(operator)})` : String(Number(operator)));
    } else if (name === "Operator" && Object.hasOwn(binary, operator) && stack.length >= 2) {
      const [a = "", b = ""] = stack.splice(-2);
      stack.push(binary[operator]?.(a, b) ?? "");
    } else if (name === "Operator" && Object.hasOwn(unary, operator) && stack.length >= 1) {
      const [a = ""] = stack.splice(-1);
      stack.push(unary[operator]?.(a) ?? "");
    } else return `a formula with ${name}${operator === "" ? "" : ` ${operator}`}`;
  }
  const [formula, ...others] = stack;
  if (formula === undefined || others.length > 0) return "a formula that leaves no single value";
  return formula.length > 1000 ? "a formula that is too long" : { formula };
}

/** Steps between points, as a formula: each value holds from its raw number to the next one. */
export function stepsOf(
  points: readonly (readonly [number, number])[],
): { readonly formula: string } | string {
  const [first, ...others] = points;
  if (!first) return "a spline without points";
  const written = (value: number): string => (value < 0 ? `(${value})` : String(value));
  const formula = others.reduceRight(
    (rest, [raw], i) => `x < ${raw} ? ${written(points[i]?.[1] ?? 0)} : ${rest}`,
    written(points.at(-1)?.[1] ?? first[1]),
  );
  return formula.length > 1000 ? "a spline of too many steps" : { formula };
}
