/** Algorithms of XTCE: those of postfix operands as derived parameters; those of code are named. */
import type { ForeignField, Place } from "../definition";
import type { Findings } from "../findings";
import { child, childrenOf, descend, type Element, numberOf } from "../xml";
import {
  type Database,
  descriptionOf,
  fieldNameOf,
  memberName,
  type Named,
  placeOf,
  type System,
} from "./database";
import { formulaOf, numberText } from "./mathOperation";
import { meaningOf } from "./meaning";
import { type ParameterReader } from "./parameters";

export class AlgorithmReader {
  readonly derived: ForeignField[] = [];
  /** Parameters that an algorithm computes, whether that could be carried over or not. */
  readonly outputs = new Set<Named>();

  /** @param inContainers parameters that a container has */
  constructor(
    private readonly database: Database,
    private readonly parameters: ParameterReader,
    private readonly inContainers: ReadonlySet<Named>,
    private readonly findings: Findings,
  ) {}

  readAll(): void {
    for (const system of this.database.systems) {
      const set = descend(system.element, "TelemetryMetaData", "AlgorithmSet");
      for (const algorithm of childrenOf(set)) {
        if (algorithm.name === "MathAlgorithm") this.readMath(algorithm, system);
        else this.refuseCode(algorithm, system);
      }
    }
  }

  private readMath(algorithm: Element, system: System): void {
    const place = placeOf(algorithm);
    const operation = child(algorithm, "MathOperation");
    const reference = operation?.attributes.outputParameterRef ?? "";
    const output = this.output(reference, system);
    if (!operation || typeof output === "string") {
      this.findings.leftOut(place, typeof output === "string" ? output : "has no MathOperation");
      return;
    }
    const field = this.fieldOf(output, algorithm, place);
    const formula = this.formula(operation, system);
    if (!field || !formula) return;
    if (typeof formula === "string") {
      this.findings.leftOut(place, `${formula}: ${reference} is not computed`);
      return;
    }
    this.noteTriggers(operation, formula.inputs, system, place);
    this.derived.push({ ...field, formula });
  }

  /** Parameter that an algorithm computes; a text where it cannot be one. */
  private output(reference: string, system: System): Named | string {
    const found = this.database.parameter(reference, system);
    if (!found) return `its output ${reference} is ${this.database.nowhere}`;
    const { parameter, member } = found;
    if (member.length > 0) return `its output ${reference} is a part of another parameter`;
    if (this.inContainers.has(parameter)) return `its output ${reference} is in a container too`;
    if (this.outputs.has(parameter)) return `its output ${reference} is that of another algorithm too`;
    this.outputs.add(parameter);
    return parameter;
  }

  /** What the type of an output says of its number. */
  private fieldOf(output: Named, algorithm: Element, place: Place): ForeignField | undefined {
    const { parameters, findings } = this;
    const type = parameters.typeOf(output);
    const kind = type?.element.name ?? "";
    const name = fieldNameOf(output);
    if (!type || !/^(?:Integer|Float|Boolean|Enumerated)ParameterType$/.test(kind)) {
      const why = type ? "which is no number" : `whose type is ${this.database.nowhere}`;
      findings.leftOut(place, `its output ${name}, ${why}`);
      return undefined;
    }
    const description =
      descriptionOf(output.element) ?? descriptionOf(algorithm) ?? descriptionOf(type.element);
    const field: ForeignField = { kind: "field", name, place, description, type: "derived", bits: 0 };
    if (kind.startsWith("Boolean") || kind.startsWith("Enumerated")) {
      findings.leftOut(place, `the states of ${name}: it is a number`);
      return field;
    }
    const contexts = parameters.contextsIn(type.system, place);
    return meaningOf(field, parameters.complete(type), undefined, contexts, findings);
  }

  private formula(operation: Element, system: System): ForeignField["formula"] | string {
    const inputs: string[] = [];
    let problem: string | undefined;
    const read = formulaOf(operation, (operand) => {
      if (operand.name !== "ParameterInstanceRefOperand") return undefined;
      const found = this.operand(operand, system);
      if (typeof found === "string") {
        problem ??= found;
        return "0";
      }
      if ("value" in found) return numberText(found.value);
      const index = inputs.indexOf(found.name);
      return `$${index < 0 ? inputs.push(found.name) - 1 : index}`;
    });
    if (typeof read === "string") return read;
    return problem ?? { text: read.formula, inputs };
  }

  /** A parameter of a formula by its name, or the value of a constant one; a text for what a formula cannot have. */
  private operand(operand: Element, system: System): { name: string } | { value: number } | string {
    const { parameterRef = "", instance = "0", useCalibratedValue } = operand.attributes;
    if (Number(instance) !== 0) return `a formula with an earlier value of ${parameterRef}`;
    const found = this.database.parameter(parameterRef, system);
    if (!found) return `a formula of ${parameterRef}, which is ${this.database.nowhere}`;
    const constant = constantOf(found.parameter.element);
    if (constant !== undefined) return { value: constant };
    const name = memberName(found);
    const field = this.parameters.fieldOf(found);
    if (!field) return { name };
    const { states = [], otherState, calibration, calibrationByContext } = field;
    if (states.some(({ from, to }) => from !== to) || otherState !== undefined) {
      return `a formula of ${parameterRef}, which is a state`;
    }
    const isCalibrated = calibration !== undefined || calibrationByContext !== undefined;
    return useCalibratedValue === "false" && isCalibrated
      ? `a formula of the raw number of ${parameterRef}, which is calibrated`
      : { name };
  }

  /** A dictionary computes again whenever an input comes. */
  private noteTriggers(operation: Element, inputs: readonly string[], system: System, place: Place): void {
    const isInput = ({ name, attributes }: Element): boolean => {
      const found = this.database.parameter(attributes.parameterRef ?? "", system);
      if (name !== "OnParameterUpdateTrigger" || !found) return false;
      const whole = memberName(found);
      return inputs.some(
        (each) => each === whole || (/^[.[]/.test(each.slice(whole.length)) && each.startsWith(whole)),
      );
    };
    const other = childrenOf(child(operation, "TriggerSet")).find((each) => !isInput(each));
    if (other) this.findings.note(place, `is computed whenever an input comes, not by its ${other.name}`);
  }

  private refuseCode(algorithm: Element, system: System): void {
    const references = childrenOf(child(algorithm, "OutputSet"), "OutputParameterRef").map(
      ({ attributes }) => attributes.parameterRef ?? "",
    );
    for (const each of references) {
      const found = this.database.parameter(each, system);
      if (found) this.outputs.add(found.parameter);
    }
    const language = child(algorithm, "AlgorithmText")?.attributes.language;
    const code = language === undefined ? "code" : `code (${language})`;
    const lost = references.length > 0 ? `; ${references.join(", ")} are not computed` : "";
    this.findings.leftOut(placeOf(algorithm), `it is ${code}${lost.replace(/^(; [^,]*) are/, "$1 is")}`);
  }
}

/** Value of a parameter that never changes. */
function constantOf(parameter: Element): number | undefined {
  const isConstant = child(parameter, "ParameterProperties")?.attributes.dataSource === "constant";
  return isConstant ? numberOf(parameter, "initialValue") : undefined;
}
