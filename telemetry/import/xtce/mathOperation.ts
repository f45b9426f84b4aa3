/** Formulas of XTCE, which are written operand by operand with each operator behind its operands. */
import { type Element, numberIn } from "../xml";

/** Longest formula that a dictionary takes. */
const mostCharacters = 1000;

/** Operator: how many operands it takes from the stack, and what it leaves there; the last one is on top. */
interface Operator {
  readonly takes: number;
  readonly gives: (...operands: string[]) => string[];
}

const one = (make: (a: string) => string): Operator => ({ takes: 1, gives: (a = "") => [make(a)] });
const two = (make: (a: string, b: string) => string): Operator => ({
  takes: 2,
  gives: (a = "", b = "") => [make(a, b)],
});
const stack = (takes: number, gives: (...operands: string[]) => string[]): Operator => ({ takes, gives });

const named = (...names: readonly string[]): Record<string, Operator> =>
  Object.fromEntries(names.map((name) => [name, one((a) => `${name}(${a})`)]));
const signs = (...names: readonly string[]): Record<string, Operator> =>
  Object.fromEntries(names.map((sign) => [sign, two((a, b) => `(${a} ${sign} ${b})`)]));

/** Operators of XTCE 1.2 (MathOperatorsType) that a formula of a dictionary can say. */
const operators: Readonly<Record<string, Operator>> = {
  ...signs("+", "-", "*", "/", "%", "&&", "||", "<", "<=", ">", ">=", "==", "!="),
  ...named("ln", "abs", "sin", "cos", "tan", "asin", "acos", "atan"),
  ...named("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
  log: one((a) => `log10(${a})`),
  "e^x": one((a) => `exp(${a})`),
  "1/x": one((a) => `(1 / ${a})`),
  int: one((a) => `trunc(${a})`),
  "!": one((a) => `(!${a})`),
  "^": two((a, b) => `pow(${a}, ${b})`),
  // These two take the upper operand first.
  "y^x": two((a, b) => `pow(${b}, ${a})`),
  atan2: two((a, b) => `atan2(${b}, ${a})`),
  min: two((a, b) => `min(${a}, ${b})`),
  max: two((a, b) => `max(${a}, ${b})`),
  // The quotient of which the remainder is never below 0.
  div: two((a, b) => (isPositive(b) ? `floor(${a} / ${b})` : `(sign(${b}) * floor(${a} / abs(${b})))`)),
  "<<": two((a, b) => `(trunc(${a}) * pow(2, ${b}))`),
  ">>": two((a, b) => `floor(${a} / pow(2, ${b}))`),
  "&": two((a, b) => `bitand(${a}, ${b})`),
  "|": two((a, b) => `bitor(${a}, ${b})`),
  xor: two((a, b) => `bitxor(${a}, ${b})`),
  swap: stack(2, (a = "", b = "") => [b, a]),
  drop: stack(1, () => []),
  dup: stack(1, (a = "") => [a, a]),
  over: stack(2, (a = "", b = "") => [a, b, a]),
};

const isPositive = (operand: string): boolean => Number(operand) > 0;

/** What an operand is in the formula; undefined for one that it cannot have. */
export type ReadOperand = (operand: Element) => string | undefined;

const onlyRaw: ReadOperand = ({ name }) => (name === "ThisParameterOperand" ? "x" : undefined);

/**
 * @param read operands that are no numbers; default: x for the raw number
 * @returns the formula; a text for what a dictionary cannot have
 */
export function formulaOf(
  element: Element,
  read: ReadOperand = onlyRaw,
): { readonly formula: string } | string {
  const values: string[] = [];
  for (const part of element.children.filter(({ name }) => name !== "TriggerSet")) {
    const left = afterPart(part, values, read);
    if (left === undefined) {
      const written = part.text.trim();
      return `a formula with ${part.name}${written === "" ? "" : ` ${written}`}`;
    }
    // Those that are there twice grow without an end.
    if (left.some(({ length }) => length > mostCharacters)) return "a formula that is too long";
    values.push(...left);
  }
  const [formula, ...others] = values;
  return formula === undefined || others.length > 0 ? "a formula that leaves no single value" : { formula };
}

/** What a part puts on the stack, from which its operands are taken; undefined where it cannot be. */
function afterPart(part: Element, values: string[], read: ReadOperand): readonly string[] | undefined {
  const written = part.text.trim();
  if (part.name === "ValueOperand") {
    const value = numberIn(written);
    return value === undefined || !Number.isFinite(value) ? undefined : [numberText(value)];
  }
  if (part.name !== "Operator") {
    const operand = read(part);
    return operand === undefined ? undefined : [operand];
  }
  const operator = Object.hasOwn(operators, written) ? operators[written] : undefined;
  if (!operator || values.length < operator.takes) return undefined;
  return operator.gives(...values.splice(values.length - operator.takes));
}

/** Number in a formula, in which a sign before a power would be in doubt. */
export const numberText = (value: number): string => (value < 0 ? `(${value})` : String(value));

/** Steps between points, as a formula: each value holds from its raw number to the next one. */
export function stepsOf(
  points: readonly (readonly [number, number])[],
): { readonly formula: string } | string {
  const [first, ...others] = points;
  if (!first) return "a spline without points";
  const formula = others.reduceRight(
    (rest, [raw], i) => `x < ${raw} ? ${numberText(points[i]?.[1] ?? 0)} : ${rest}`,
    numberText(points.at(-1)?.[1] ?? first[1]),
  );
  return formula.length > mostCharacters ? "a spline of too many steps" : { formula };
}
