/**
 * Program of a layout: its fields as rows of typed arrays, made once, so that decoding a packet makes no objects and
 * looks nothing up. Integers of up to four bytes, which most fields are, are read by shifts; all others by a function.
 */
import type { Field, Parameter } from "../dictionary";
import { calibrate } from "./calibrate";
import type { DecodeErrorReason } from "./errorReason";
import { type FieldReader, fieldReader } from "./rawField";
import { stateOf } from "./stateOf";

export type OnValueError = (reason: DecodeErrorReason, parameter: Parameter) => void;

/** What is done with a raw number. */
const asItIs = 0;
const linear = 1;
/** By a function, and checked: a float, a curve, a state. */
const converted = 2;

export class Program {
  private readonly length: number;
  /** Bytes that the shifts read, 1 to 4; 0: by a function. */
  private readonly widths: Uint8Array;
  private readonly starts: Int32Array;
  private readonly lefts: Uint8Array;
  private readonly rights: Uint8Array;
  private readonly signs: Uint8Array;
  private readonly conversions: Uint8Array;
  private readonly constants: Float64Array;
  private readonly numerators: Float64Array;
  private readonly denominators: Float64Array;
  private readonly slots: Int32Array;
  /** First byte behind each field. */
  private readonly ends: Int32Array;
  private readonly readers: readonly FieldReader[];
  private readonly converters: readonly ((raw: number) => number)[];

  constructor(private readonly parameters: readonly Parameter[]) {
    const numbers = (of: (parameter: Parameter) => number): number[] => parameters.map(of);
    const shifts = parameters.map(shiftsOf);
    this.length = parameters.length;
    this.widths = Uint8Array.from(shifts, ({ width }) => width);
    this.lefts = Uint8Array.from(shifts, ({ left }) => left);
    this.rights = Uint8Array.from(parameters, ({ bitSize }) => 32 - Math.min(bitSize, 32));
    this.signs = Uint8Array.from(parameters, ({ encoding }) => (encoding === "twos-complement" ? 1 : 0));
    this.starts = Int32Array.from(parameters, ({ bitOffset }) => bitOffset >>> 3);
    this.ends = Int32Array.from(parameters, ({ bitOffset, bitSize }) => Math.ceil((bitOffset + bitSize) / 8));
    this.slots = Int32Array.from(numbers(({ index }) => index));
    this.conversions = Uint8Array.from(parameters, conversionOf);
    const lines = parameters.map(({ calibration }) =>
      calibration.kind === "linear" ? calibration : undefined,
    );
    this.constants = Float64Array.from(lines, (line) => line?.constant ?? 0);
    this.numerators = Float64Array.from(lines, (line) => line?.numerator ?? 1);
    this.denominators = Float64Array.from(lines, (line) => line?.denominator ?? 1);
    this.readers = parameters.map(fieldReader);
    this.converters = parameters.map(converterOf);
  }

  /**
   * Decodes all fields into `values[parameter.index]`.
   * @param base offset of the data after the secondary header
   * @param bytesThere number of bytes of data; a field that is not wholly there has no value
   */
  run(
    bytes: Uint8Array,
    base: number,
    bytesThere: number,
    values: Float64Array,
    onError: OnValueError,
  ): void {
    for (let i = 0; i < this.length; i++) {
      const slot = this.slots[i] ?? 0;
      if ((this.ends[i] ?? 0) > bytesThere) {
        values[slot] = NaN;
        continue;
      }
      const raw = this.raw(i, bytes, base);
      const conversion = this.conversions[i];
      if (conversion === linear) {
        values[slot] =
          (this.constants[i] ?? 0) + (raw * (this.numerators[i] ?? 1)) / (this.denominators[i] ?? 1);
      } else if (conversion === asItIs) values[slot] = raw;
      else values[slot] = this.convert(i, raw, onError);
    }
  }

  private raw(i: number, bytes: Uint8Array, base: number): number {
    const at = base + (this.starts[i] ?? 0);
    let word: number;
    switch (this.widths[i]) {
      case 1:
        word = bytes[at] ?? 0;
        break;
      case 2:
        word = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
        break;
      case 3:
        word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
        break;
      case 4:
        word =
          ((bytes[at] ?? 0) << 24) |
          ((bytes[at + 1] ?? 0) << 16) |
          ((bytes[at + 2] ?? 0) << 8) |
          (bytes[at + 3] ?? 0);
        break;
      default:
        return this.readers[i]?.(bytes, base) ?? NaN;
    }
    // The field to the left end of 32 bits, and back: what is beside it falls off, and its sign is drawn along.
    const shifted = word << (this.lefts[i] ?? 0);
    const right = this.rights[i] ?? 0;
    return this.signs[i] === 1 ? shifted >> right : shifted >>> right;
  }

  private convert(i: number, raw: number, onError: OnValueError): number {
    const value = this.converters[i]?.(raw) ?? NaN;
    if (Number.isFinite(value)) return value;
    const parameter = this.parameters[i];
    if (parameter) onError(parameter.type === "enumeration" ? "unknown_state" : "not_finite", parameter);
    return NaN;
  }
}

/** Bytes to read, and the shift that brings the field to the left end of 32 bits. */
function shiftsOf(field: Field): { width: number; left: number } {
  const isInteger = field.type === "unsigned" || field.type === "signed" || field.type === "enumeration";
  const isPlain = !field.bitPlaces && (field.encoding === "binary" || field.encoding === "twos-complement");
  const first = field.bitOffset & 7;
  const isOneByte = first + field.bitSize <= 8;
  const isShifted = isInteger && isPlain && first + field.bitSize <= 32;
  // Within one byte the two orders differ only by the end from which bits are counted.
  if (field.byteOrder === "little" && isShifted && isOneByte) {
    return { width: 1, left: 32 - first - field.bitSize };
  }
  if (!isShifted || field.byteOrder === "little") return { width: 0, left: 0 };
  const width = Math.ceil((first + field.bitSize) / 8);
  return { width, left: 32 - 8 * width + first };
}

function conversionOf({ type, encoding, calibration }: Parameter): number {
  if (type === "boolean") return asItIs;
  if (type === "enumeration" || type === "float" || encoding === "bcd") return converted;
  return calibration.kind === "none" ? asItIs : calibration.kind === "linear" ? linear : converted;
}

function converterOf(parameter: Parameter): (raw: number) => number {
  if (parameter.type === "enumeration") return stateOf(parameter);
  return (raw) => calibrate(raw, parameter.calibration);
}
