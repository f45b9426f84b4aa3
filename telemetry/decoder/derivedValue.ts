/** Values of derived parameters, from the values of others. */
import type { Parameter } from "../dictionary";
import type { OnValueError } from "./program";

/** True where the newest value of a parameter may be used. */
export type IsKnown = (parameter: Parameter) => boolean;

export const always: IsKnown = () => true;

export class DerivedValue {
  private readonly given: Float64Array;

  constructor(readonly parameter: Parameter) {
    this.given = new Float64Array(parameter.derived?.inputs.length ?? 0);
  }

  /** Computes `values[parameter.index]`: NaN while an input has no value; an error where the result is no number. */
  update(values: Float64Array, onError: OnValueError, isKnown: IsKnown = always): void {
    const { parameter, given } = this;
    const { derived, index } = parameter;
    if (!derived) return;
    values[index] = NaN;
    for (let i = 0; i < given.length; i++) {
      const input = derived.inputs[i];
      const value = input && isKnown(input) ? (values[input.index] ?? NaN) : NaN;
      if (Number.isNaN(value)) return;
      given[i] = value;
    }
    const value = derived.evaluate(given);
    if (Number.isFinite(value)) values[index] = value;
    else onError("not_finite", parameter);
  }
}
