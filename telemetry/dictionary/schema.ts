/** Zod schemas of a telemetry dictionary file, and the types inferred from them. */
import { distance } from "fastest-levenshtein";
import * as z from "zod";
import { units } from "./units";

/**
 * Shape of a telemetry dictionary file: rules for each part on its own.
 * Rules across parts (overlaps, order of limits, duplicate names) are in check.ts.
 */
const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "must be lower case letters, digits and underscores, a letter first")
  .max(64);

const stateName = z
  .string({ error: "a state needs a name; an enumeration without a value cannot be shown" })
  .regex(/^[A-Z][A-Z0-9_]*$/, "must be upper case letters, digits and underscores, a letter first")
  .max(64);

/** Text in the encoding of all that is made from it: PromQL takes U+FFFD for a byte that it cannot read. */
const utf8 = (options?: { error: string }): z.ZodString =>
  z.string(options).regex(/^[^\uFFFD]*$/, "is not UTF-8 where U+FFFD stands: save the file as UTF-8");

/** Text for people. Control characters and half characters have no place in any of the documents made from it. */
const prose = (most: number): z.ZodString =>
  utf8()
    .max(most)
    .regex(/^(?:[^\p{Cc}\p{Cs}\uFEFF\uFFFE\uFFFF]|[\n\t])*$/u, "must be text without control characters");

/** Text of one line. */
const oneLine = (most: number, options?: { error: string }): z.ZodString =>
  utf8(options)
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}\uFEFF\uFFFE\uFFFF]*$/u, "must be one line without control characters");

const finite = z.number({ error: "must be a number" });

const unitName = z.string().superRefine((name, context) => {
  if (Object.hasOwn(units, name)) return;
  const known = Object.keys(units);
  const wanted = name.toLowerCase();
  // Compares suffixes too: "volt" is nearer to "volts" than to "V".
  const far = (each: string): number =>
    Math.min(distance(each.toLowerCase(), wanted), distance(units[each]?.base.suffix ?? "", wanted));
  const nearest = known.reduce((best, each) => (far(each) < far(best) ? each : best), "count");
  const guess = far(nearest) <= 2 ? `, did you mean ${nearest}?` : ".";
  context.addIssue({
    code: "custom",
    message: `unknown unit ${JSON.stringify(name)}${guess} Known: ${known.join(", ")}`,
  });
});

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
});

const calibrationSchema = z.union(
  [
    z.strictObject({ polynomial: z.array(finite).min(1).max(8) }),
    z.strictObject({
      table: z
        .array(z.tuple([finite, finite]))
        .min(2)
        .max(256),
    }),
  ],
  {
    error: "give either polynomial: [c0, c1, ...] (up to 8) or table: [[raw, value], ...] (2 to 256 points)",
  },
);

export const parameterSchema = z
  .strictObject({
    name: identifier.refine(
      (name) => !name.endsWith("_total"),
      "must not end in _total: kind: counter adds it",
    ),
    /** Subsystem; default: the packet's. */
    subsystem: identifier.optional(),
    description: prose(400).min(1),
    type: z.enum(["unsigned", "signed", "float", "enumeration", "boolean"]),
    /** Size in bits; default 1 for a boolean, 32 for a float. */
    bits: z.int().min(1).max(64).optional(),
    /** Bits from the start of the data after the secondary header, MSB first; default: after the previous field. */
    bitOffset: z.int().min(0).max(524_288).optional(),
    byteOrder: z.enum(["big", "little"]).default("big"),
    /** Raw value to value in `unit`; default: the raw value itself. */
    calibration: calibrationSchema.optional(),
    unit: unitName.optional(),
    /** Kind of metric. counter: only rises, or restarts at 0. */
    kind: z.enum(["gauge", "counter"]).default("gauge"),
    /** State names by raw value, for an enumeration only. */
    states: z.record(z.string().regex(/^\d+$/, "must be a whole number"), stateName).optional(),
    limits: limitsSchema.optional(),
  })
  .superRefine((parameter, context) => {
    const refuse = (key: string, message: string): void =>
      context.addIssue({ code: "custom", path: [key], message });
    const isNumeric = parameter.type !== "enumeration" && parameter.type !== "boolean";
    if (isNumeric && parameter.unit === undefined) {
      refuse("unit", "a number needs a unit (count for a plain number)");
    }
    if (parameter.type === "enumeration" && Object.keys(parameter.states ?? {}).length === 0) {
      refuse("states", "an enumeration needs its states: { 0: OFF, 1: ON }");
    }
    if (parameter.type !== "enumeration" && parameter.states) {
      refuse("states", "only an enumeration has states");
    }
    for (const key of ["unit", "calibration", "limits"] as const) {
      if (!isNumeric && parameter[key] !== undefined) refuse(key, `${parameter.type} has no ${key}`);
    }
    if (!isNumeric && parameter.kind === "counter") refuse("kind", `${parameter.type} cannot be a counter`);
    const problem = sizeProblem(parameter.type, parameter.bits);
    if (problem) refuse("bits", problem);
  });

function sizeProblem(type: string, bits: number | undefined): string | undefined {
  if (type === "float") {
    return bits === undefined || bits === 32 || bits === 64 ? undefined : "a float has 32 or 64 bits";
  }
  if (type === "boolean") {
    return bits === undefined || bits <= 32 ? undefined : "a boolean has at most 32 bits";
  }
  if (bits === undefined) return "needs a size in bits";
  if (type === "enumeration" && bits > 32) return "an enumeration has at most 32 bits";
  // A Prometheus sample is a float64 and cannot represent every wider integer exactly.
  return bits > 53 ? "an integer has at most 53 bits" : undefined;
}

/**
 * Time code in the secondary header, CCSDS 301.0-B-4: unsegmented (CUC, 3.2) or day segmented (CDS, 3.3).
 * `preamble`: the packet contains the P-field (one octet), which is checked. `leapSeconds`: subtracted for a TAI clock.
 */
const timeSchema = z.discriminatedUnion("code", [
  z.strictObject({
    code: z.literal("CUC"),
    epoch: z.iso.datetime({ error: "must be a UTC time such as 2000-01-01T00:00:00Z" }),
    coarseBytes: z.int().min(1).max(4).default(4),
    fineBytes: z.int().min(0).max(3).default(2),
    preamble: z.boolean().default(false),
    leapSeconds: finite.default(0),
  }),
  z.strictObject({
    code: z.literal("CDS"),
    epoch: z.iso.datetime({ error: "must be a UTC time such as 2000-01-01T00:00:00Z" }),
    dayBytes: z.union([z.literal(2), z.literal(3)]).default(2),
    /** Size of the submillisecond field. 0: milliseconds only; 2: plus microseconds; 4: plus picoseconds. */
    submillisecondBytes: z.union([z.literal(0), z.literal(2), z.literal(4)]).default(0),
    preamble: z.boolean().default(false),
    leapSeconds: finite.default(0),
  }),
]);

/** A packet with unchecked parameters. They are checked one by one, so that an invalid one does not hide the next. */
export const packetSchema = z.strictObject({
  /** APID, 0 to 2046; idle packets use 2047 (CCSDS 133.0-B-2, 4.1.3.3.4.4). */
  apid: z.int().min(0).max(2046),
  name: identifier,
  description: prose(400).min(1),
  subsystem: identifier,
  /** Seconds between two packets. */
  period: finite.positive().max(86_400),
  /** Time code; default: the dictionary's. */
  time: timeSchema.optional(),
  /** Bytes after the secondary header; default: the size of the parameters. */
  bytes: z.int().min(1).max(65_536).optional(),
  parameters: z.array(z.unknown()).min(1).max(4096),
});

export const dictionarySchema = z.strictObject(
  {
    name: oneLine(64),
    version: oneLine(32, { error: "must be a text; write it in quotes" }),
    description: prose(400).default(""),
    time: timeSchema,
    /** `subsystem.name` of the enumeration with the spacecraft's mode, for limits by mode. */
    mode: z.string().optional(),
    packets: z.array(z.unknown()).min(1).max(2047),
  },
  {
    error: ({ code }) =>
      code === "invalid_type"
        ? "must have name, version, time and packets; see docs/telemetry.md"
        : undefined,
  },
);

export type ParameterSource = z.infer<typeof parameterSchema>;
export type PacketSource = z.infer<typeof packetSchema>;
export type DictionarySource = z.infer<typeof dictionarySchema>;
export type LimitsSource = z.infer<typeof limitsSchema>;
export type TimeCode = z.infer<typeof timeSchema>;
