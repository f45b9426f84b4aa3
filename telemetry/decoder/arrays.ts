/** Arrays in packets: their elements, as many as there are, into the values behind those of the parameters. */
import type { Parameter } from "../dictionary";
import { calibrate } from "./calibrate";
import type { OnValueError } from "./program";
import { type FieldReader, fieldReader } from "./rawField";
import { lengthReader } from "./segments";

/**
 * Decoder of one array: `values[parameter.index]` becomes the number of its elements, and the values from its slot on
 * the elements themselves.
 */
export type ArrayDecoder = (
  bytes: Uint8Array,
  base: number,
  bytesThere: number,
  starts: Int32Array,
  values: Float64Array,
  onError: OnValueError,
) => void;

/** @param behind bytes of what stands behind it */
export function arrayDecoder(parameter: Parameter, behind: number): ArrayDecoder {
  const { array, bitOffset, index, segment } = parameter;
  if (!array) throw new TypeError(`${parameter.name} is no array`);
  const { slot, most, count, stride, offset } = array;
  // Elements begin at up to eight different bits of a byte.
  const readers = Array.from({ length: 8 }, (_, bit) => fieldReader({ ...parameter, bitOffset: bit }));
  const counter = typeof count === "object" ? lengthReader({ field: count, times: 1, plus: 0 }) : undefined;
  const fitting = (bytesThere: number): number =>
    Math.max(0, Math.floor((bytesThere * 8 - bitOffset + offset) / stride));
  const kept = count === "rest" ? behind : 0;
  return (bytes, data, bytesThere, starts, values, onError) => {
    const start = starts[segment] ?? 0;
    const base = data + start;
    const there = fitting(bytesThere - start - kept);
    const wanted = typeof count === "number" ? count : (counter?.(bytes, data, starts) ?? there);
    const elements = Math.min(wanted, there, most);
    values[index] = typeof count === "number" && there < count ? NaN : elements;
    for (let i = 0; i < most; i++) {
      const at = bitOffset + i * stride;
      const value = i < elements ? element(readers[at & 7], bytes, base + (at >>> 3), parameter) : NaN;
      if (i < elements && Number.isNaN(value)) onError("not_finite", parameter);
      values[slot + i] = value;
    }
  };
}

function element(
  reader: FieldReader | undefined,
  bytes: Uint8Array,
  at: number,
  parameter: Parameter,
): number {
  const value = calibrate(reader?.(bytes, at) ?? NaN, parameter.calibration);
  return Number.isFinite(value) ? value : NaN;
}
