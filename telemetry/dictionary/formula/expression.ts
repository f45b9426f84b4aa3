/**
 * Formulas as trees. The library jsep reads the text; only what is in the tables of functions.ts comes through, as numbers
 * and positions of inputs: there is nothing that could reach an object, a property or a prototype.
 */
import jsep from "jsep";
import { constants, type FormulaFunction, functions, operators, unaryOperators } from "./functions";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  /** Value by its position among the inputs. */
  | { readonly kind: "input"; readonly index: number }
  | {
      readonly kind: "call";
      /** As it is written: an operator's sign or a function's name. */
      readonly name: string;
      readonly function: FormulaFunction;
      readonly args: readonly Expression[];
    }
  | { readonly kind: "choice"; readonly of: readonly [test: Expression, yes: Expression, no: Expression] };

export interface Formula {
  readonly expression: Expression;
  /** Names of the inputs by their positions: `name` or `subsystem.name`. */
  readonly names: readonly string[];
}

/** Names that a formula may use; a problem is a text. */
export interface Names {
  /** Why the name is no input; undefined: it is one. */
  readonly problem: (name: string) => string | undefined;
  /** Number of a state of an input; a problem where it is none. */
  readonly state: (name: string, state: string) => number | string;
}

/** Longest formula: the reading of nested brackets is recursive. */
export const mostCharacters = 1000;

const known = (table: Readonly<Record<string, unknown>>): string => Object.keys(table).join(", ");

/** Problems of a formula, all of them. */
export class FormulaError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("; "));
  }
}

/** @throws FormulaError */
export function parseFormula(text: string, names: Names): Formula {
  let tree: jsep.Expression;
  try {
    tree = jsep(text);
  } catch (error) {
    throw new FormulaError([`cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const reader = new Reader(names);
  const expression = reader.read(tree as jsep.CoreExpression);
  if (reader.problems.length > 0) throw new FormulaError([...new Set(reader.problems)]);
  return { expression, names: reader.inputs };
}

const nothing: Expression = { kind: "number", value: NaN };

class Reader {
  readonly problems: string[] = [];
  readonly inputs: string[] = [];

  constructor(private readonly names: Names) {}

  read(node: jsep.CoreExpression): Expression {
    switch (node.type) {
      case "Literal":
        return typeof node.value === "number"
          ? { kind: "number", value: node.value }
          : this.refuse(`${node.raw} is no number; a state is only compared with its parameter`);
      case "Identifier":
      case "MemberExpression":
        return this.name(node);
      case "UnaryExpression":
        return this.call(node.operator, unaryOperators, [node.argument]);
      case "BinaryExpression":
        return this.binary(node);
      case "ConditionalExpression": {
        const { test, consequent, alternate } = node;
        return { kind: "choice", of: [this.of(test), this.of(consequent), this.of(alternate)] };
      }
      case "CallExpression": {
        const { callee } = node as { callee: jsep.Expression };
        if (callee.type !== "Identifier") return this.refuse("calls what is no function");
        return this.call(textOf(callee.name), functions, node.arguments);
      }
      case "Compound":
        return this.refuse(
          node.body.length === 0 ? "is empty" : "has more than one expression: an operator is missing",
        );
      default:
        return this.refuse(`has a part that no formula has (${node.type})`);
    }
  }

  private of(node: jsep.Expression): Expression {
    return this.read(node as jsep.CoreExpression);
  }

  private refuse(problem: string): Expression {
    this.problems.push(problem);
    return nothing;
  }

  /** A constant, or an input by its name or its subsystem and name. */
  private name(node: jsep.Identifier | jsep.MemberExpression): Expression {
    const name = nameOf(node);
    if (name === undefined) return this.refuse("has a name that is not written name or subsystem.name");
    const constant = Object.hasOwn(constants, name) ? constants[name] : undefined;
    const problem = this.names.problem(name);
    if (problem === undefined) return { kind: "input", index: this.input(name) };
    return constant === undefined ? this.refuse(problem) : { kind: "number", value: constant };
  }

  private input(name: string): number {
    const index = this.inputs.indexOf(name);
    return index >= 0 ? index : this.inputs.push(name) - 1;
  }

  private binary({ operator, left, right }: jsep.BinaryExpression): Expression {
    // -x ** 2 is -(x ** 2) in mathematics, (-x) ** 2 in some languages, and an error in others.
    if (operator === "**" && left.type === "UnaryExpression") {
      return this.refuse("has a sign before **: write -(x ** 2), or pow(-x, 2)");
    }
    if (isComparison(operator) && left.type === "BinaryExpression" && isComparison(textOf(left.operator))) {
      return this.refuse("compares three values at once: write a < b && b < c");
    }
    if (operator === "==" || operator === "!=") {
      const sides = this.withState(left, right) ?? this.withState(right, left);
      if (sides) return { kind: "call", name: operator, ...call(operators, operator), args: sides };
    }
    return this.call(operator, operators, [left, right]);
  }

  /** Sides of a comparison of a parameter with one of its states. */
  private withState(named: jsep.Expression, text: jsep.Expression): readonly Expression[] | undefined {
    if (text.type !== "Literal" || typeof text.value !== "string") return undefined;
    const name = nameOf(named);
    if (name === undefined) return undefined;
    const problem = this.names.problem(name);
    if (problem !== undefined) return [this.refuse(problem), nothing];
    const number = this.names.state(name, text.value);
    if (typeof number === "string") return [this.refuse(number), nothing];
    return [this.of(named), { kind: "number", value: number }];
  }

  private call(
    name: string,
    table: Readonly<Record<string, FormulaFunction>>,
    args: readonly jsep.Expression[],
  ): Expression {
    const found = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!found) {
      const what = table === functions ? `has no function ${name}` : `has no operator ${name}`;
      const hint = name === "^" ? "; a power is written **" : name === "log" ? "; write ln or log10" : "";
      return this.refuse(`${what}${hint}; there are ${known(table)}`);
    }
    const { least, most } = found;
    if (args.length < least || args.length > most) {
      const wanted = least === most ? String(least) : `${least} to ${most}`;
      return this.refuse(`${name} takes ${wanted} values, not ${args.length}`);
    }
    return { kind: "call", name, function: found, args: args.map((each) => this.of(each)) };
  }
}

function call(table: Readonly<Record<string, FormulaFunction>>, name: string): { function: FormulaFunction } {
  const found = table[name];
  if (!found) throw new TypeError(`no operator ${name}`);
  return { function: found };
}

/** Text of a property of a node; its type is as wide as all that plug-ins of the library might put there. */
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const isComparison = (operator: string): boolean => /^(?:[<>]=?|[=!]=)$/.test(operator);

/** Name as it is written; undefined for what is no name, as a[b] or a.b.c. */
function nameOf(node: jsep.Expression): string | undefined {
  if (node.type === "Identifier") return textOf(node.name);
  if (node.type !== "MemberExpression") return undefined;
  const { object, property, computed, optional } = node as jsep.MemberExpression;
  const isPlain =
    !computed && optional !== true && object.type === "Identifier" && property.type === "Identifier";
  return isPlain ? `${textOf(object.name)}.${textOf(property.name)}` : undefined;
}
