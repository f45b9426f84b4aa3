/**
 * Program of a layout: its fields as the rows of a table of numbers, made once, so that decoding a packet makes no objects
 * and looks nothing up. Integers of up to four bytes, which most fields are, are read by shifts; all others by a function.
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

/** Columns of a field's row. */
const startColumn = 0;
/** Bytes that the shifts read, 1 to 4; 0: by a function. */
const widthColumn = 1;
const leftColumn = 2;
const rightColumn = 3;
/** 1 for a number whose first bit is its sign. */
const signColumn = 4;
const conversionColumn = 5;
const slotColumn = 6;
/** First byte behind the field. */
const endColumn = 7;
const columns = 8;

/** Numbers of a field's line: constant, numerator, denominator. */
const lineNumbers = 3;

export class Program {
  private readonly rows: Int32Array;
  private readonly lines: Float64Array;
  /** First byte behind all fields. */
  private readonly end: number;
  private readonly readers: readonly FieldReader[];
  private readonly converters: readonly ((raw: number) => number)[];

  constructor(private readonly parameters: readonly Parameter[]) {
    this.rows = Int32Array.from(parameters.flatMap(rowOf));
    this.lines = Float64Array.from(parameters.flatMap(lineOf));
    this.end = Math.max(0, ...parameters.map(endOf));
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
    const { rows, lines } = this;
    const isWhole = this.end <= bytesThere;
    for (let i = 0, row = 0; row < rows.length; i++, row += columns) {
      const slot = rows[row + slotColumn] ?? 0;
      if (!isWhole && (rows[row + endColumn] ?? 0) > bytesThere) {
        values[slot] = NaN;
        continue;
      }
      const width = rows[row + widthColumn] ?? 0;
      const raw = width === 0 ? (this.readers[i]?.(bytes, base) ?? NaN) : shiftedOut(rows, row, bytes, base);
      const conversion = rows[row + conversionColumn];
      if (conversion === linear) {
        const line = i * lineNumbers;
        values[slot] = (lines[line] ?? 0) + (raw * (lines[line + 1] ?? 1)) / (lines[line + 2] ?? 1);
      } else if (conversion === asItIs) values[slot] = raw;
      else values[slot] = this.convert(i, raw, onError);
    }
  }

  private convert(i: number, raw: number, onError: OnValueError): number {
    const value = this.converters[i]?.(raw) ?? NaN;
    if (Number.isFinite(value)) return value;
    const parameter = this.parameters[i];
    if (parameter) onError(parameter.type === "enumeration" ? "unknown_state" : "not_finite", parameter);
    return NaN;
  }
}

/** Integer of a field that shifts read. */
function shiftedOut(rows: Int32Array, row: number, bytes: Uint8Array, base: number): number {
  const at = base + (rows[row + startColumn] ?? 0);
  const width = rows[row + widthColumn] ?? 0;
  let word = bytes[at] ?? 0;
  if (width > 1) word = (word << 8) | (bytes[at + 1] ?? 0);
  if (width > 2) word = (word << 8) | (bytes[at + 2] ?? 0);
  if (width > 3) word = (word << 8) | (bytes[at + 3] ?? 0);
  // The field to the left end of 32 bits, and back: what is beside it falls off, and its sign is drawn along.
  const left = word << (rows[row + leftColumn] ?? 0);
  const right = rows[row + rightColumn] ?? 0;
  return rows[row + signColumn] === 1 ? left >> right : left >>> right;
}

const endOf = ({ bitOffset, bitSize }: Field): number => Math.ceil((bitOffset + bitSize) / 8);

function rowOf(parameter: Parameter): number[] {
  const { bitOffset, bitSize, encoding, index } = parameter;
  const { width, left } = shiftsOf(parameter);
  const right = 32 - Math.min(bitSize, 32);
  const sign = encoding === "twos-complement" ? 1 : 0;
  return [bitOffset >>> 3, width, left, right, sign, conversionOf(parameter), index, endOf(parameter)];
}

function lineOf({ calibration }: Parameter): [constant: number, numerator: number, denominator: number] {
  if (calibration.kind !== "linear") return [0, 1, 1];
  return [calibration.constant, calibration.numerator, calibration.denominator];
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
