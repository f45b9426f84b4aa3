/** Fields whose calibration is chosen by the values of other parameters. */
import { type Curve, holds, type Parameter, type ValueOf } from "../dictionary";
import { calibrate } from "./calibrate";
import type { IsKnown } from "./derivedValue";
import type { OnValueError } from "./program";
import { fieldReader } from "./rawField";

/** Curve of a parameter's calibration; undefined: no context holds, and there is none for that. */
export function curveIn({ calibration }: Parameter, valueOf: ValueOf): Curve | undefined {
  if (calibration.kind !== "context") return calibration;
  return calibration.choices.find(({ context }) => holds(context, valueOf))?.curve ?? calibration.otherwise;
}

export class ContextualField {
  private readonly read: ReturnType<typeof fieldReader>;
  private readonly end: number;

  constructor(private readonly parameter: Parameter) {
    this.read = fieldReader(parameter);
    this.end = Math.ceil((parameter.bitOffset + parameter.bitSize) / 8);
  }

  /**
   * Decodes the field into `values[parameter.index]`, by the values that other parameters have there.
   */
  update(
    bytes: Uint8Array,
    base: number,
    bytesThere: number,
    starts: Int32Array,
    values: Float64Array,
    onError: OnValueError,
    isKnown: IsKnown,
  ): void {
    const { index, segment } = this.parameter;
    const start = starts[segment] ?? 0;
    values[index] = NaN;
    if (start + this.end > bytesThere) return;
    const valueOf: ValueOf = (other) => (isKnown(other) ? (values[other.index] ?? NaN) : NaN);
    const curve = curveIn(this.parameter, valueOf);
    if (!curve) return;
    const value = calibrate(this.read(bytes, base + start), curve);
    if (Number.isFinite(value)) values[index] = value;
    else onError("not_finite", this.parameter);
  }
}
