/**
 * Code of conversions in COSMOS as formulas: one expression of numbers, as Ruby and Python both read it. What is more than
 * that, or means something else in one of them, is no formula.
 */
import jsep from "jsep";
import { numberText } from "../xtce/mathOperation";

/** Number of an expression, and whether it surely is no whole one: Ruby rounds the quotient of two whole numbers. */
interface Value {
  readonly text: string;
  readonly isFloat: boolean;
}

/** What the code reads of the packet: an item, converted or raw; undefined where a formula cannot have it. */
export type ReadItem = (item: string, isRaw: boolean) => Value | undefined;

const functions: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["sqrt", "cbrt", "exp", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "log10", "log2"].map(
      (name) => [name, name],
    ),
  ),
  ...{ log: "ln", pow: "pow", hypot: "hypot", radians: "rad", degrees: "deg" },
};

/**
 * @param lines of the code
 * @param own number that the code calls `value`; undefined: it has none
 * @returns undefined where it is no formula
 */
export function formulaOfCode(
  lines: readonly string[],
  own: Value | undefined,
  read: ReadItem,
): Value | undefined {
  const [line = "", ...others] = lines.map((each) => each.replace(/\s#.*$/, "").trim()).filter(Boolean);
  if (others.length > 0) return undefined;
  const written = line
    .replace(/^return\s+/, "")
    .replaceAll(/(\d)_(?=\d)/g, "$1")
    .replaceAll(/:(RAW|CONVERTED)\b/g, "'$1'")
    .replaceAll("Math::PI", "math.pi");
  try {
    return new Translator(own, read).of(jsep(written) as jsep.CoreExpression);
  } catch {
    return undefined;
  }
}

class Translator {
  constructor(
    private readonly own: Value | undefined,
    private readonly read: ReadItem,
  ) {}

  of(node: jsep.CoreExpression): Value | undefined {
    switch (node.type) {
      case "Literal":
        return typeof node.value === "number"
          ? { text: numberText(node.value), isFloat: /[.e]/i.test(node.raw) }
          : undefined;
      case "Identifier":
        return node.name === "value" ? this.own : undefined;
      case "UnaryExpression": {
        const of = this.of(node.argument as jsep.CoreExpression);
        return of && (node.operator === "-" || node.operator === "+")
          ? { ...of, text: `(${node.operator}${of.text})` }
          : undefined;
      }
      case "BinaryExpression":
        return this.binary(node);
      case "MemberExpression":
        return this.member(node);
      case "CallExpression":
        return this.call(node);
      default:
        return undefined;
    }
  }

  private binary({ operator, left, right }: jsep.BinaryExpression): Value | undefined {
    const [a, b] = [this.of(left as jsep.CoreExpression), this.of(right as jsep.CoreExpression)];
    if (!a || !b || !["+", "-", "*", "/", "**"].includes(operator)) return undefined;
    const isFloat = a.isFloat || b.isFloat;
    if (operator === "/" && !isFloat) return undefined;
    if (operator !== "**") return { text: `(${a.text} ${operator} ${b.text})`, isFloat };
    // A sign before a power, and whole numbers with a negative one, are not the same everywhere.
    return left.type === "UnaryExpression" || (!isFloat && right.type !== "Literal")
      ? undefined
      : { text: `pow(${a.text}, ${b.text})`, isFloat };
  }

  /** `math.pi`, or a number's `to_f` or `abs`. */
  private member({ object, property, computed }: jsep.MemberExpression): Value | undefined {
    const name = property.type === "Identifier" && !computed ? property.name : undefined;
    if (nameOf(object) === "math" && name === "pi") return { text: "pi", isFloat: true };
    const of = this.of(object as jsep.CoreExpression);
    if (of && name === "to_f") return { ...of, isFloat: true };
    return of && name === "abs" ? { ...of, text: `abs(${of.text})` } : undefined;
  }

  private call({ callee, arguments: args }: jsep.CallExpression): Value | undefined {
    if (callee.type === "MemberExpression") {
      const { object, property } = callee as jsep.MemberExpression;
      const name = nameOf(property) ?? "";
      // Older code says myself.
      const isPacket = ["packet", "myself"].includes(nameOf(object) ?? "");
      if (isPacket && name === "read") return this.item(args);
      const found = /^math$/i.test(nameOf(object) ?? "") && Object.hasOwn(functions, name);
      // The logarithm with a second number is one to that base.
      if (!found || (name === "log" && args.length !== 1)) return undefined;
      return this.function(functions[name] ?? "", args, true);
    }
    const name = nameOf(callee);
    if (args.length !== 1) return undefined;
    if (name === "float") {
      const [of] = args.map((each) => this.of(each as jsep.CoreExpression));
      return of && { ...of, isFloat: true };
    }
    return name === "abs" ? this.function("abs", args, false) : undefined;
  }

  private function(name: string, args: readonly jsep.Expression[], isFloat: boolean): Value | undefined {
    const values = args.map((each) => this.of(each as jsep.CoreExpression));
    const whole = values.filter((each) => each !== undefined);
    if (whole.length < values.length || whole.length === 0) return undefined;
    return {
      text: `${name}(${whole.map(({ text }) => text).join(", ")})`,
      isFloat: isFloat || whole.some((each) => each.isFloat),
    };
  }

  private item([item, type, ...others]: readonly jsep.Expression[]): Value | undefined {
    const name = item?.type === "Literal" ? item.value : undefined;
    const kind = type?.type === "Literal" ? type.value : type === undefined ? "CONVERTED" : undefined;
    if (typeof name !== "string" || (kind !== "RAW" && kind !== "CONVERTED") || others.length > 0) {
      return undefined;
    }
    return this.read(name, kind === "RAW");
  }
}

const nameOf = (node: jsep.Expression): string | undefined =>
  node.type === "Identifier" && typeof node.name === "string" ? node.name : undefined;
