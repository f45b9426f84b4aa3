/** Derived parameters: their formulas, with the parameters that they are computed from, in an order that can be computed. */
import type { Packet, Parameter } from "./dictionary";
import { type Finder, qualifiedName } from "./finder";
import { compileFormula, type Evaluate } from "./formula/compile";
import { type Formula, FormulaError, type Names, parseFormula } from "./formula/expression";
import { unitProblems } from "./formula/quantity";
import { asFraction, type BaseUnit, toBaseUnit, type Unit, unitOf } from "./units";

/** How a parameter is computed from others. Filled in when all packets are read. */
export interface Derived {
  readonly text: string;
  readonly inputs: readonly Parameter[];
  /** Positions of all packets whose values are in it, through other derived parameters too. */
  readonly packets: readonly number[];
  /** True where all fields are of its own packet, so that a packet says the value by itself. */
  readonly isLocal: boolean;
  /** Value in base units, of the inputs' values in base units; NaN where an input has none, or it cannot be computed. */
  readonly evaluate: Evaluate;
}

/** Parts of `Derived` before its names are resolved. */
interface Unresolved {
  text: string;
  inputs: readonly Parameter[];
  packets: readonly number[];
  isLocal: boolean;
  evaluate: Evaluate;
}

export const derivedOf = (text: string): Unresolved => ({
  ...{ text, inputs: [], packets: [], isLocal: true },
  evaluate: () => NaN,
});

/**
 * Finds what each derived parameter is computed from.
 * @returns the derived parameters, each behind those that it is computed from
 */
export function resolveDerived(
  packets: readonly Packet[],
  parameters: readonly Parameter[],
  finder: Finder,
  refuse: (parameter: Parameter, message: string) => void,
): Parameter[] {
  const derived = parameters.filter((each) => each.derived);
  const formulas = new Map<Parameter, Formula>();
  for (const parameter of derived) {
    try {
      const formula = parseFormula(parameter.derived?.text ?? "", namesFor(finder, parameter));
      const inputs = formula.names.flatMap((name) => finder.find(name, parameter) ?? []);
      formulas.set(parameter, formula);
      const units = inputs.map(({ unit }) => unit);
      for (const problem of unitProblems(formula.expression, units, parameter.unit)) {
        refuse(parameter, problem);
      }
      Object.assign(parameter.derived ?? {}, {
        inputs,
        evaluate: inBaseUnits(formula, units, parameter.unit),
      });
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      for (const problem of error.problems) refuse(parameter, problem);
    }
  }
  const ordered = inOrder(derived, (parameter, circle) =>
    refuse(parameter, `is computed from itself: ${circle.map(qualifiedName).join(" from ")}`),
  );
  for (const parameter of ordered) findPackets(parameter, packets);
  return ordered;
}

/**
 * Problems of the units in a formula, before there is a dictionary with its names; none of a formula that cannot be read.
 * @param unitOfName unit of each name, all of which are numbers
 */
export function formulaUnitProblems(
  text: string,
  unitOfName: (name: string) => string | BaseUnit | undefined,
  result: string | BaseUnit,
): string[] {
  try {
    const { expression, names } = parseFormula(text, { problem: () => undefined, state: () => 0 });
    return unitProblems(
      expression,
      names.map((name) => unitOf(unitOfName(name))),
      unitOf(result),
    );
  } catch (error) {
    if (error instanceof FormulaError) return [];
    throw error;
  }
}

function namesFor(finder: Finder, parameter: Parameter): Names {
  return {
    problem: (name) => {
      const found = finder.number(name, parameter);
      return typeof found === "string" ? found : undefined;
    },
    state: (name, state) => {
      const { states } = finder.find(name, parameter) ?? { states: new Map<number, string>() };
      const number = [...states].find(([, each]) => each === state)?.[0];
      return number ?? `${state} is no state of ${name}: ${[...states.values()].join(", ") || "it has none"}`;
    },
  };
}

/** Formula in the units of the file, as a function of base units. */
function inBaseUnits({ expression, names }: Formula, units: readonly Unit[], result: Unit): Evaluate {
  const evaluate = compileFormula(expression);
  const given = new Float64Array(names.length);
  return (values) => {
    for (let i = 0; i < given.length; i++) {
      const { factor = 1, offset = 0 } = units[i] ?? {};
      const { numerator, denominator } = asFraction(factor);
      const value = (((values[i] ?? NaN) - offset) * denominator) / numerator;
      // A comparison would make a number of what is not known.
      if (Number.isNaN(value)) return NaN;
      given[i] = value;
    }
    return toBaseUnit(evaluate(given), result);
  };
}

/** Parameters behind those that they are computed from; what is in a circle is reported once, and left out. */
function inOrder(
  derived: readonly Parameter[],
  refuse: (parameter: Parameter, circle: readonly Parameter[]) => void,
): Parameter[] {
  const ordered: Parameter[] = [];
  const done = new Set<Parameter>();
  const visit = (parameter: Parameter, above: readonly Parameter[]): void => {
    if (done.has(parameter)) return;
    const start = above.indexOf(parameter);
    if (start >= 0) {
      refuse(parameter, [...above.slice(start), parameter]);
      return;
    }
    for (const input of parameter.derived?.inputs ?? []) {
      if (input.derived) visit(input, [...above, parameter]);
    }
    if (done.has(parameter)) return;
    done.add(parameter);
    ordered.push(parameter);
  };
  for (const parameter of derived) visit(parameter, []);
  return ordered;
}

function findPackets({ derived, packetIndex }: Parameter, packets: readonly Packet[]): void {
  if (!derived) return;
  const found = new Set(
    derived.inputs.flatMap((input) => (input.derived ? [...input.derived.packets] : [input.packetIndex])),
  );
  // A formula without inputs is as old as its own packet.
  if (found.size === 0) found.add(packetIndex);
  const own = new Set<number>();
  for (let each = packets[packetIndex]; each; each = each.base) own.add(each.index);
  const isLocal = [...found].every((index) => own.has(index));
  Object.assign(derived, { packets: isLocal ? [packetIndex] : [...found], isLocal });
}
