/** Restriction criteria of XTCE: which packets a container is, as the raw numbers of fields. */
import type { Criterion, ForeignField, Place } from "../definition";
import { complement, everything, intersection, type Intervals, numbersWith, only, union } from "../intervals";
import { child, childrenOf, type Element, numberIn, placeIn } from "../xml";
import { type Database, type Named, type System } from "./database";
import { type ParameterReader } from "./parameters";

/** Conditions, all of which hold; a text for those that a dictionary cannot have. */
export type Criteria = readonly Criterion[] | string;

const operators: Readonly<Record<string, string>> = {
  "=": "==",
  eq: "==",
  neq: "!=",
  lt: "<",
  leq: "<=",
  gt: ">",
  geq: ">=",
};

export class CriteriaReader {
  constructor(
    private readonly database: Database,
    private readonly parameters: ParameterReader,
  ) {}

  /** Criteria in an element that holds a comparison, a list of them or an expression. */
  read(holder: Element | undefined, system: System, place: Place): Criteria {
    const all = (holder?.children ?? [])
      .filter(({ name }) => name !== "NextContainer")
      .map((each) => this.one(each, system, place));
    return joined(all);
  }

  /** Criteria of a container: those of its base, and those of the messages that it is. */
  of(container: Named, place: Place): Criteria {
    const base = child(child(container.element, "BaseContainer"), "RestrictionCriteria");
    const own = this.read(base, container.system, place);
    const messages = this.database
      .messagesOf(container)
      .map(({ match, system }) => this.read(match, system, placeIn(place, match)));
    if (messages.length === 0) return own;
    const [only] = messages;
    return joined([own, messages.length === 1 && only !== undefined ? only : either(messages)]);
  }

  private one(element: Element, system: System, place: Place): Criteria {
    switch (element.name) {
      case "Comparison":
        return this.comparison(
          element,
          element.attributes.value ?? "",
          element.attributes.comparisonOperator,
          system,
          place,
        );
      case "ComparisonList":
      case "ANDedConditions":
        return joined(element.children.map((each) => this.one(each, system, place)));
      case "BooleanExpression":
        return joined(element.children.map((each) => this.one(each, system, place)));
      case "Condition":
        return this.condition(element, system, place);
      case "ORedConditions":
        return either(element.children.map((each) => this.one(each, system, place)));
      default:
        return `its condition is a ${element.name}`;
    }
  }

  private condition(element: Element, system: System, place: Place): Criteria {
    const references = childrenOf(element, "ParameterInstanceRef");
    const [reference] = references;
    if (!reference || references.length !== 1) return "its condition compares two parameters";
    const value = child(element, "Value")?.text ?? "";
    return this.comparison(reference, value, child(element, "ComparisonOperator")?.text, system, place);
  }

  private comparison(
    reference: Element,
    value: string,
    written: string | undefined,
    system: System,
    place: Place,
  ): Criteria {
    const name = reference.attributes.parameterRef ?? "";
    const found = this.database.parameter(name, system);
    if (!found) return `its condition is on ${name}, which is ${this.database.nowhere}`;
    const field = this.parameters.fieldOf(found);
    if (!field) return `its condition is on ${name}, which is no field`;
    const operator = operators[written ?? "=="] ?? written ?? "==";
    const isCalibrated = reference.attributes.useCalibratedValue !== "false";
    const numbers = numbersOf(field, value, operator, isCalibrated);
    if (typeof numbers === "string") return `its condition on ${name}: ${numbers}`;
    return [{ field: field.name, numbers, place: placeIn(place, reference) }];
  }
}

/** Raw numbers that a comparison allows. */
function numbersOf(
  field: ForeignField,
  value: string,
  operator: string,
  isCalibrated: boolean,
): Intervals | string {
  const number = numberIn(value);
  if (field.type === "enumeration" && isCalibrated) {
    const states = (field.states ?? []).filter(({ label }) => label === value);
    const those = states.reduce<Intervals>((set, { from, to }) => union(set, [{ from, to }]), []);
    if (states.length > 0 && operator === "==") return those;
    if (states.length > 0 && operator === "!=") return complement(those);
    if (number === undefined) return `${value} is no state of it, or ${operator} no comparison of states`;
  }
  if (field.type === "boolean") {
    const is = isCalibrated || number === undefined ? truthOf(field, value) : undefined;
    const [set, clear] = [complement(only(0)), only(0)];
    if (is !== undefined && operator === "==") return is ? set : clear;
    if (is !== undefined && operator === "!=") return is ? clear : set;
    if (number === undefined) {
      return is === undefined ? `${value} is no label of it` : `${operator} is no comparison of labels`;
    }
  }
  if (field.calibration && isCalibrated) return "it is on the calibrated value";
  if (number === undefined) return `${value} is no number`;
  return numbersWith(operator, number) ?? `the operator ${operator}`;
}

/** What a label of a boolean means; undefined: it is none. */
function truthOf({ labels }: ForeignField, value: string): boolean | undefined {
  const written = value.trim().toLowerCase();
  if (value === labels?.on || value === labels?.off) return value === labels.on;
  for (const [on, off] of [
    [labels?.on, labels?.off],
    ["true", "false"],
    ["on", "off"],
  ]) {
    if (written === on?.toLowerCase()) return true;
    if (written === off?.toLowerCase()) return false;
  }
  return undefined;
}

function joined(all: readonly Criteria[]): Criteria {
  const problem = all.find((each) => typeof each === "string");
  return problem ?? all.flatMap((each) => (typeof each === "string" ? [] : each));
}

/** Alternatives as one condition, where all are on one field. */
function either(all: readonly Criteria[]): Criteria {
  const problem = all.find((each) => typeof each === "string");
  if (problem !== undefined) return problem;
  const alternatives = all.filter((each) => typeof each !== "string");
  const [first] = alternatives[0] ?? [];
  const isOneField = alternatives.every(
    (each) => each.length > 0 && each.every(({ field }) => field === first?.field),
  );
  if (!first || !isOneField) return "its conditions are alternatives on different parameters";
  const numbers = alternatives.reduce<Intervals>(
    (set, each) =>
      union(
        set,
        each.reduce<Intervals>((both, { numbers: one }) => intersection(both, one), everything),
      ),
    [],
  );
  return [{ ...first, numbers }];
}
