/** Zod schema of one parameter of a dictionary file: rules for each parameter on its own. */
import * as z from "zod";
import { calibrationSchema, formulaSchema } from "./calibrationSchema";
import { whenSchema } from "./contextSchema";
import { encodings, keyProblems } from "./parameterRules";
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
    count: z
      .union([z.int().min(1).max(4096), identifier], {
        error: "must be a number of elements, rest, or the name of a field",
      })
      .optional(),
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

export type ParameterSource = z.infer<typeof parameterSchema>;
export type AlarmsSource = z.infer<typeof alarmsSchema>;
export type LimitsSource = z.infer<typeof limitsSchema>;
