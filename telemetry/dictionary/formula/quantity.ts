/** Units of formulas, as far as they can be known: a sum of volts and amperes is an error, and so is a wrong factor. */
import type { Unit } from "../units";
import type { Expression } from "./expression";
import type { UnitRule } from "./functions";

/** Powers of the units that all others are made of. */
type Dimensions = Readonly<Record<string, number>>;

interface Quantity {
  readonly dimensions: Dimensions;
  /** Size of its unit in base units. */
  readonly factor: number;
  /** Zero of its unit in base units: -273.15 for kelvin in degrees Celsius. */
  readonly offset: number;
}

/** A number as it is written may have any unit; of what is made with it nothing is known. */
type Known = Quantity | "unknown";

/** Base units that are products of others. Grams are not: a newton is a thousand g m/s2. */
const products: Readonly<Record<string, Dimensions>> = {
  ...{ ratio: {}, "": {}, rpm: { rpm: 1 }, hertz: { s: -1 }, seconds: { s: 1 } },
  ...{ volts: { V: 1 }, amperes: { A: 1 }, ohms: { V: 1, A: -1 }, coulombs: { A: 1, s: 1 } },
  ...{ watts: { V: 1, A: 1 }, joules: { V: 1, A: 1, s: 1 }, volts_per_second: { V: 1, s: -1 } },
  ...{ meters: { m: 1 }, meters_per_second: { m: 1, s: -1 }, meters_per_second_squared: { m: 1, s: -2 } },
  ...{ newtons: { V: 1, A: 1, s: 1, m: -1 }, newton_meters: { V: 1, A: 1, s: 1 } },
  ...{ newton_meter_seconds: { V: 1, A: 1, s: 2 }, pascals: { V: 1, A: 1, s: 1, m: -3 } },
  ...{ watts_per_square_meter: { V: 1, A: 1, m: -2 } },
  ...{ teslas: { V: 1, s: 1, m: -2 }, teslas_per_second: { V: 1, m: -2 } },
  ...{ bytes: { B: 1 }, bytes_per_second: { B: 1, s: -1 } },
  ...{ degrees: { deg: 1 }, degrees_per_second: { deg: 1, s: -1 } },
};

/** Units of logarithms, of which sums are products. */
const logarithmic = new Set(["dbm", "decibels"]);

function quantityOf({ base, factor, offset }: Unit): Known {
  if (logarithmic.has(base.suffix)) return "unknown";
  const dimensions = Object.hasOwn(products, base.suffix) ? products[base.suffix] : undefined;
  return { dimensions: dimensions ?? { [base.suffix]: 1 }, factor, offset };
}

/**
 * Problems of the units in a formula.
 * @param inputs units of the inputs
 * @param result unit that the result is declared to have
 */
export function unitProblems(expression: Expression, inputs: readonly Unit[], result: Unit): string[] {
  const problems: string[] = [];
  const found = quantityIn(expression, inputs.map(quantityOf), (problem) => problems.push(problem));
  const declared = quantityOf(result);
  if (problems.length > 0 || found === "unknown" || declared === "unknown") return problems;
  if (!isSameKind(found, declared)) {
    return ["does not give its unit: the units of what it uses make another one"];
  }
  const times = found.factor / declared.factor;
  if (!isNear(times, 1)) {
    return [`gives a number that is to be multiplied by ${Number(times.toPrecision(6))} for its unit`];
  }
  return [];
}

type Refuse = (problem: string) => void;

function quantityIn(expression: Expression, inputs: readonly Known[], refuse: Refuse): Known {
  switch (expression.kind) {
    case "number":
      return "unknown";
    case "input":
      return inputs[expression.index] ?? "unknown";
    case "choice": {
      const [, yes, no] = expression.of.map((each) => quantityIn(each, inputs, refuse));
      return same("?:", [yes ?? "unknown", no ?? "unknown"], refuse);
    }
    case "call": {
      const args = expression.args.map((each) => quantityIn(each, inputs, refuse));
      return afterCall(expression.name, expression.function.units, args, expression.args, refuse);
    }
  }
}

function afterCall(
  name: string,
  rule: UnitRule,
  args: readonly Known[],
  written: readonly Expression[],
  refuse: Refuse,
): Known {
  const [first = "unknown", second = "unknown"] = args;
  switch (rule) {
    case "same":
      return same(name, args, refuse);
    case "compared":
      same(name, args, refuse);
      return { dimensions: {}, factor: 1, offset: 0 };
    case "product":
      return product(first, second, 1);
    case "quotient":
      return product(first, second, -1);
    case "root":
      return power(first, 1 / 2);
    case "cube root":
      return power(first, 1 / 3);
    case "power": {
      const [, exponent] = written;
      return exponent?.kind === "number" ? power(first, exponent.value) : "unknown";
    }
    case "angle":
      if (first !== "unknown" && first.dimensions.deg === 1 && !isNear(first.factor, 180 / Math.PI)) {
        refuse(`${name} takes radians: write ${name}(rad(...))`);
      }
      return "unknown";
    case "any":
      return "unknown";
  }
}

/** Unit that all have; a number as it is written has the unit of the others, but for what has a zero of its own. */
function same(name: string, args: readonly Known[], refuse: Refuse): Known {
  const known = args.filter((each) => each !== "unknown");
  const [first, ...others] = known;
  if (!first) return "unknown";
  for (const other of others) {
    const isAlike =
      isSameKind(first, other) && isNear(first.factor, other.factor) && isNear(first.offset, other.offset);
    if (!isAlike) refuse(`${name} has values of different units`);
  }
  return known.length < args.length ? "unknown" : first;
}

function product(a: Known, b: Known, exponent: 1 | -1): Known {
  if (a === "unknown" || b === "unknown") return "unknown";
  const dimensions: Record<string, number> = { ...a.dimensions };
  for (const [unit, times] of Object.entries(b.dimensions)) {
    dimensions[unit] = (dimensions[unit] ?? 0) + exponent * times;
  }
  return { dimensions, factor: a.factor * b.factor ** exponent, offset: 0 };
}

function power(of: Known, exponent: number): Known {
  if (of === "unknown") return "unknown";
  const dimensions = Object.fromEntries(
    Object.entries(of.dimensions).map(([unit, times]) => [unit, times * exponent]),
  );
  return { dimensions, factor: of.factor ** exponent, offset: 0 };
}

function isSameKind(a: Quantity, b: Quantity): boolean {
  const units = new Set([...Object.keys(a.dimensions), ...Object.keys(b.dimensions)]);
  return [...units].every((unit) => Math.abs((a.dimensions[unit] ?? 0) - (b.dimensions[unit] ?? 0)) < 1e-6);
}

const isNear = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
