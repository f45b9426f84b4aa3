/** Whole numbers that templates of COSMOS compute, as Ruby does. */
import jsep from "jsep";

/** Number of an expression of whole numbers and names with a value, as `(4 * x) + y`; undefined: it is more than that. */
export function wholeOf(code: string, values: ReadonlyMap<string, string>): number | undefined {
  const written = code
    .replaceAll(/\b0x[\da-f]+\b/gi, (hex) => String(Number(hex)))
    .replaceAll(/[A-Za-z_]\w*(?:::\w+)+/g, (name) =>
      values.has(name) ? `(${values.get(name) ?? ""})` : name,
    );
  try {
    const number = valueOf(jsep(written) as jsep.CoreExpression, values);
    return Number.isSafeInteger(number) ? number : undefined;
  } catch {
    return undefined;
  }
}

function valueOf(node: jsep.CoreExpression, values: ReadonlyMap<string, string>): number {
  switch (node.type) {
    case "Literal":
      // With a zero in front it would be octal.
      return typeof node.value === "number" && /^(?:0|[1-9]\d*)$/.test(node.raw) ? node.value : NaN;
    case "Identifier": {
      const value = values.get(node.name)?.trim() ?? "";
      return /^(?:0x[\da-f]+|-?(?:0|[1-9]\d*))$/i.test(value) ? Number(value) : NaN;
    }
    case "UnaryExpression": {
      const of = valueOf(node.argument as jsep.CoreExpression, values);
      return node.operator === "-" ? -of : node.operator === "+" ? of : NaN;
    }
    case "BinaryExpression": {
      const [left, right] = [node.left, node.right].map((each) =>
        valueOf(each as jsep.CoreExpression, values),
      );
      return calculated(left ?? NaN, node.operator, right ?? NaN);
    }
    default:
      return NaN;
  }
}

/** Ruby rounds quotients down, and remainders have the sign of the divisor. */
function calculated(left: number, operator: string, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return Math.floor(left / right);
    case "%":
      return left - right * Math.floor(left / right);
    default:
      return NaN;
  }
}
