/** Zod schema of one parameter of a dictionary file: rules for each parameter on its own. */
import * as z from "zod";
import { orderProblem } from "./bitOrder";
import { calibrationSchema, formulaSchema } from "./calibrationSchema";
import { whenSchema } from "./contextSchema";
import { finite, identifier, prose, stateName } from "./texts";
import { unitSchema } from "./unitSchema";

const bounds = z
  .strictObject({ low: finite.optional(), high: finite.optional() })
  .refine((pair) => pair.low !== undefined || pair.high !== undefined, "give low, high or both");

/** Limits in the parameter's own unit. An empty set means no limits. */
const limitSet = z.strictObject({ yellow: bounds.optional(), red: bounds.optional() });

const limitsSchema = limitSet.extend({
  /** Seconds that a limit must stay crossed to raise an alarm. */
  persistence: finite.min(0).max(86_400).default(0),
  /** Limits by state of the dictionary's `mode` parameter; a set replaces the normal one completely. */
  byMode: z.record(z.string(), limitSet).optional(),
  /** Limits while other parameters have some values; the first set whose `when` holds replaces all others. */
  contexts: z
    .array(limitSet.extend({ when: whenSchema }))
    .min(1)
    .max(32)
    .optional(),
});

const someStates = z.array(z.string()).min(1).max(256);

/** States that are an alarm. A state that is not named is none. */
const alarmsSchema = z
  .strictObject({
    yellow: someStates.optional(),
    red: someStates.optional(),
    /** Seconds that the state must last to raise an alarm. */
    persistence: finite.min(0).max(86_400).default(0),
  })
  .refine(({ yellow, red }) => (yellow ?? red) !== undefined, "give yellow, red or both");

const fieldTypes = [
  ...(["unsigned", "signed", "float", "enumeration", "boolean", "string", "binary"] as const),
  "derived",
] as const;

/** Encodings of each type; the first is the default. */
const encodings: Readonly<Record<(typeof fieldTypes)[number], readonly string[]>> = {
  unsigned: ["binary", "bcd"],
  signed: ["twos-complement", "ones-complement", "sign-magnitude"],
  float: ["ieee754", "mil-std-1750a"],
  enumeration: ["binary", "twos-complement"],
  boolean: ["binary"],
  string: ["utf-8", "latin-1"],
  binary: ["hex"],
  derived: [],
};

/** Size of a text: `field` is the name of an unsigned field, of which the size is times * number + plus. */
const textSizeSchema = z.union(
  [
    z.int().min(1).max(65_536),
    identifier,
    z.strictObject({
      field: identifier,
      times: finite.positive("must be above 0").default(1),
      plus: finite.default(0),
    }),
  ],
  { error: "must be a number of bytes, rest, the name of a field, or { field, times, plus }" },
);

/** Number of a state, a range of numbers, or every other number. */
const stateKey = z
  .string()
  .regex(/^(?:-?\d+(?:\.\.-?\d+)?|other)$/, "must be a whole number, a range such as 1..3, or other");

export const parameterSchema = z
  .strictObject({
    name: identifier.refine(
      (name) => !name.endsWith("_total"),
      "must not end in _total: kind: counter adds it",
    ),
    /** Subsystem; default: the packet's. */
    subsystem: identifier.optional(),
    description: prose(400).min(1),
    type: z.enum(fieldTypes),
    /** Size in bits; default 1 for a boolean, 32 for a float. */
    bits: z.int().min(1).max(64).optional(),
    /** Size in bytes of a string or binary field: fixed, what fits, or as a field before it says. */
    bytes: textSizeSchema.optional(),
    /** Bits from the start of the data after the secondary header, MSB first; default: after the previous field. */
    bitOffset: z.int().min(0).max(524_288).optional(),
    /** Order of the bytes, or a list of the significance of each in the order in which they are sent. */
    byteOrder: z
      .union([z.enum(["big", "little"]), z.array(z.int().min(0).max(7)).min(2).max(8)], {
        error: "must be big, little, or a list of significances, as [1, 0, 3, 2]",
      })
      .default("big"),
    /** Order of the bits in each byte; of a number that is not whole bytes, of all its bits. */
    bitOrder: z.enum(["msb-first", "lsb-first"]).default("msb-first"),
    /** How the bits mean a number or a text; default: the first of the type. */
    encoding: z.enum([...new Set(Object.values(encodings).flat())]).optional(),
    /** True for another view of bits that a field before it has too. It does not move the next field. */
    overlaps: z.boolean().default(false),
    /** True for a field without a metric: one that only chooses a layout or counts elements. */
    hidden: z.boolean().default(false),
    /** Number of elements of an array: fixed, or the name of the field that says it, or what fits into the packet. */
    count: z.union([z.int().min(1).max(4096), identifier]).optional(),
    /** True for a member of the structure that the array before it begins: its elements stand between those. */
    interleaved: z.boolean().default(false),
    /** Greatest number of elements, or of bytes of a text, where a field or `rest` says how many there are. */
    most: z.int().min(1).max(65_536).optional(),
    /** Raw value to value in `unit`; default: the raw value itself. */
    calibration: calibrationSchema.optional(),
    /** How a derived parameter is computed from others, in their units; the result is in `unit`. */
    formula: formulaSchema.optional(),
    unit: unitSchema.optional(),
    /** Kind of metric. counter: only rises, or restarts at 0. */
    kind: z.enum(["gauge", "counter"]).default("gauge"),
    /** State names by raw value, for an enumeration only. */
    states: z.record(stateKey, stateName).optional(),
    limits: limitsSchema.optional(),
    /** States of an enumeration that are an alarm; of a boolean: on or off. */
    alarms: alarmsSchema.optional(),
  })
  .superRefine((parameter, context) => {
    for (const [key, message] of keyProblems(parameter)) {
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

type Source = Omit<z.infer<typeof parameterSchema>, "name">;

/** Problems of keys that do not go together. */
function* keyProblems(parameter: Source): Generator<[string, string]> {
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
      if (parameter[key] !== undefined)
        {yield [key, "is that of the array before it, with which it is interleaved"];}
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
  ...([
    "bits",
    "bytes",
    "bitOffset",
    "encoding",
    "count",
    "most",
    "calibration",
    "states",
    "alarms",
  ] as const),
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

export type ParameterSource = z.infer<typeof parameterSchema>;
export type AlarmsSource = z.infer<typeof alarmsSchema>;
export type LimitsSource = z.infer<typeof limitsSchema>;
