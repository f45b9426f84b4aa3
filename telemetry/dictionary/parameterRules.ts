/** Rules for the keys of one parameter of a dictionary file: which go together, and what a field of a type needs. */
import { orderProblem } from "./bitOrder";
import type { FieldType } from "./dictionary";
import type { ParameterSource } from "./parameterSchema";

/** Encodings of each type; the first is the default. */
export const encodings: Readonly<Record<FieldType, readonly string[]>> = {
  unsigned: ["binary", "bcd"],
  signed: ["twos-complement", "ones-complement", "sign-magnitude"],
  float: ["ieee754", "mil-std-1750a"],
  enumeration: ["binary", "twos-complement"],
  boolean: ["binary"],
  string: ["utf-8", "latin-1"],
  binary: ["hex"],
  derived: [],
};

type Source = Omit<ParameterSource, "name">;

/** Problems of keys that do not go together. */
export function* keyProblems(parameter: Source): Generator<[string, string]> {
  const { type, states, encoding, count, most } = parameter;
  if (type === "derived") {
    yield* derivedProblems(parameter);
    return;
  }
  if (parameter.formula !== undefined) {
    yield [
      "formula",
      "belongs to type: derived; a formula of the raw number is calibration: { formula: ... }",
    ];
  }
  const isNumeric = type === "unsigned" || type === "signed" || type === "float";
  const isText = type === "string" || type === "binary";
  if (isNumeric && !parameter.hidden && parameter.unit === undefined) {
    yield ["unit", "a number needs a unit (count for a plain number)"];
  }
  if (type === "enumeration" && Object.keys(states ?? {}).length === 0) {
    yield ["states", "an enumeration needs its states: { 0: OFF, 1: ON }"];
  }
  if (type !== "enumeration" && states) yield ["states", "only an enumeration has states"];
  for (const key of ["unit", "calibration", "limits"] as const) {
    if (!isNumeric && parameter[key] !== undefined) yield [key, `${type} has no ${key}`];
  }
  if (parameter.alarms && type !== "enumeration" && type !== "boolean") {
    yield ["alarms", `${type} has no states; a number has limits`];
  }
  if (!isNumeric && parameter.kind === "counter") yield ["kind", `${type} cannot be a counter`];
  if (encoding !== undefined && !encodings[type].includes(encoding)) {
    yield ["encoding", `${type} is encoded as ${encodings[type].join(" or ")}`];
  }
  if (parameter.overlaps && parameter.bitOffset === undefined) {
    yield ["overlaps", "needs a bitOffset: where the bits are that it shows again"];
  }
  const isArray = count !== undefined || parameter.interleaved;
  if (isArray && !isNumeric && !parameter.hidden) yield ["count", `an array has numbers, not ${type}`];
  if (parameter.interleaved) {
    for (const key of ["count", "most", "bitOffset"] as const) {
      if (parameter[key] !== undefined) {
        yield [key, "is that of the array before it, with which it is interleaved"];
      }
    }
  }
  if (isArray && parameter.calibration?.contexts) {
    yield ["calibration", "of an array cannot be chosen by a context"];
  }
  if (typeof count === "string" && most === undefined) {
    yield ["count", "needs most: the greatest number of elements, which fixes the number of series"];
  }
  if (typeof count === "string" && (most ?? 0) > 4096) yield ["most", "an array has at most 4096 elements"];
  const isVaryingText = isText && parameter.bytes !== undefined && typeof parameter.bytes !== "number";
  if (isVaryingText && isArray) yield ["bytes", "of an element do not vary"];
  if (isVaryingText && most === undefined) {
    yield ["bytes", "needs most: the greatest number of bytes that are shown"];
  }
  if (typeof count !== "string" && !isVaryingText && most !== undefined) {
    yield ["most", "belongs to a count or a size that is a field, or rest"];
  }
  if (parameter.hidden && (parameter.limits ?? parameter.alarms) !== undefined) {
    yield ["hidden", "a field without a metric has no limits and no alarms"];
  }
  if (isText) {
    const order = orderProblem(parameter, 0);
    if (order) yield order;
    if (parameter.bits !== undefined) yield ["bits", `${type} has bytes, not bits`];
    else if (parameter.bytes === undefined) yield ["bytes", "needs a size in bytes"];
    return;
  }
  if (parameter.bytes !== undefined) {
    yield ["bytes", `${type} has bits, not bytes`];
    return;
  }
  const problem = sizeProblem(parameter);
  if (problem !== undefined) yield ["bits", problem];
  const order = orderProblem(parameter, parameter.bits ?? (type === "float" ? 32 : 1));
  if (order) yield order;
}

const keysOfFields = [
  "bits",
  "bytes",
  "bitOffset",
  "encoding",
  "count",
  "most",
  "calibration",
  "states",
  "alarms",
] as const;

function* derivedProblems(parameter: Source): Generator<[string, string]> {
  if (parameter.formula === undefined) {
    yield ["formula", "is needed: how it is computed from other parameters"];
  }
  if (parameter.unit === undefined) yield ["unit", "a number needs a unit (count for a plain number)"];
  for (const key of keysOfFields) {
    if (parameter[key] !== undefined) {
      yield [key, "a derived parameter is no field of the packet and has none"];
    }
  }
  for (const key of ["hidden", "overlaps", "interleaved"] as const) {
    if (parameter[key]) yield [key, "a derived parameter is no field of the packet"];
  }
  for (const [key, usual] of [
    ["byteOrder", "big"],
    ["bitOrder", "msb-first"],
  ] as const) {
    if (parameter[key] !== usual) yield [key, "a derived parameter is no field of the packet and has none"];
  }
}

function sizeProblem({ type, bits, encoding }: Source): string | undefined {
  if (type === "float") {
    if (encoding === "mil-std-1750a") {
      return bits === 32 || bits === 48 ? undefined : "a float of MIL-STD-1750A has 32 or 48 bits";
    }
    return bits === undefined || [16, 32, 64].includes(bits) ? undefined : "a float has 16, 32 or 64 bits";
  }
  if (type === "boolean") {
    return bits === undefined || bits <= 32 ? undefined : "a boolean has at most 32 bits";
  }
  if (bits === undefined) return "needs a size in bits";
  if (type === "signed" && bits < 2) return "a signed integer has at least 2 bits";
  if (type === "enumeration" && bits > 32) return "an enumeration has at most 32 bits";
  if ((encoding === "ones-complement" || encoding === "sign-magnitude") && bits > 53) {
    return `${encoding} has at most 53 bits`;
  }
  if (encoding === "bcd" && (bits % 4 !== 0 || bits > 52)) return "bcd has 4 bits a digit, at most 52";
  return undefined;
}
