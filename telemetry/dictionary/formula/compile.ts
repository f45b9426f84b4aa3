/** Formulas as functions: nested closures over a row of inputs, without any text that is run as code. */
import type { Expression } from "./expression";

export type Evaluate = (inputs: Float64Array) => number;

export function compileFormula(expression: Expression): Evaluate {
  switch (expression.kind) {
    case "number": {
      const { value } = expression;
      return () => value;
    }
    case "input": {
      const { index } = expression;
      return (inputs) => inputs[index] ?? NaN;
    }
    case "choice": {
      const [test, yes, no] = expression.of.map(compileFormula) as [Evaluate, Evaluate, Evaluate];
      return (inputs) => (test(inputs) === 0 ? no(inputs) : yes(inputs));
    }
    case "call":
      return compileCall(expression.function.run, expression.args.map(compileFormula));
  }
}

/** Those of one and two values, which nearly all are, without a list. */
function compileCall(run: (...args: number[]) => number, args: readonly Evaluate[]): Evaluate {
  const [first, second] = args;
  if (first && args.length === 1) return (inputs) => run(first(inputs));
  if (first && second && args.length === 2) return (inputs) => run(first(inputs), second(inputs));
  return (inputs) => run(...args.map((each) => each(inputs)));
}
