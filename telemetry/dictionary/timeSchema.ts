/** Zod schema of a packet's time code, and the size of each code in bytes. */
import * as z from "zod";
import { finite } from "./texts";

const epoch = z.iso.datetime({ error: "must be a UTC time such as 2000-01-01T00:00:00Z" });

/** Keys that every time code has. */
const placed = {
  /** Offset of the time in bytes after the primary header. */
  at: z.int().min(0).max(65_535).optional(),
  /** Clock that the time and its epoch are of: UTC, or one that counts leap seconds too. */
  clock: z.enum(["UTC", "TAI", "GPS"]).optional(),
} as const;

/** True where the P-field of CCSDS 301.0-B-4 is sent; it is then checked. */
const preamble = z.boolean().default(false);
/** Seconds taken off, for a clock with a constant offset. */
const leapSeconds = finite.default(0);

/** Counts and calendar fields that a time may be made of. */
const timeQuantities = [
  ...(["year", "month", "dayOfMonth", "dayOfYear", "weeks", "days", "hours", "minutes"] as const),
  ...(["seconds", "milliseconds", "microseconds", "nanoseconds", "fraction", "unused"] as const),
] as const;

const timeFieldSchema = z
  .strictObject({
    /** What the field counts. `fraction`: parts of a second, a whole one is 2^bits (bcd: a power of ten). */
    is: z.enum(timeQuantities, { error: `must be one of ${timeQuantities.join(", ")}` }),
    bits: z.int().min(1).max(64),
    /** Added to the number, as 2000 for years that count from 2000. */
    from: z.int().default(0),
    encoding: z.enum(["binary", "bcd"]).default("binary"),
    byteOrder: z.enum(["big", "little"]).default("big"),
  })
  .superRefine(({ encoding, byteOrder, bits }, context) => {
    const refuse = (message: string): void => context.addIssue({ code: "custom", path: ["bits"], message });
    if (encoding === "bcd" && (bits % 4 !== 0 || bits > 52)) refuse("bcd has 4 bits a digit, at most 52");
    if (byteOrder === "little" && bits % 8 !== 0) refuse("a little-endian field of a time has whole bytes");
  });

const shape = "must have a code: CUC, CDS, CCS or fields; or be none, for packets without a time";

const codes = z.discriminatedUnion(
  "code",
  [
    /** Unsegmented code, 3.2. */
    z.strictObject({
      code: z.literal("CUC"),
      epoch,
      coarseBytes: z.int().min(1).max(7).default(4),
      fineBytes: z.int().min(0).max(10).default(2),
      preamble,
      leapSeconds,
      ...placed,
    }),
    /** Day segmented code, 3.3. */
    z.strictObject({
      code: z.literal("CDS"),
      epoch,
      dayBytes: z.union([z.literal(2), z.literal(3)]).default(2),
      /** Size of the submillisecond field. 0: milliseconds only; 2: plus microseconds; 4: plus picoseconds. */
      submillisecondBytes: z.union([z.literal(0), z.literal(2), z.literal(4)]).default(0),
      preamble,
      leapSeconds,
      ...placed,
    }),
    /** Calendar segmented code, 3.4: BCD digits of year, month and day or day of the year, hour, minute, second. */
    z.strictObject({
      code: z.literal("CCS"),
      day: z.enum(["ofMonth", "ofYear"]).default("ofMonth"),
      /** Octets of two decimal digits each after the second. */
      subsecondBytes: z.int().min(0).max(6).default(0),
      preamble,
      ...placed,
    }),
    /** A mission's own fields, one behind the other. */
    z.strictObject({
      code: z.literal("fields"),
      epoch: epoch.optional(),
      fields: z.array(timeFieldSchema).min(1).max(32),
      ...placed,
    }),
  ],
  { error: (issue) => (issue.code === "invalid_union" ? shape : undefined) },
);

export type TimeCode = z.infer<typeof codes>;
export type TimeField = z.infer<typeof timeFieldSchema>;

const calendar = new Set<string>(["year", "month", "dayOfMonth", "dayOfYear"]);

/** Problem of the fields of a time together, or undefined. */
function fieldsProblem({ fields, epoch: start }: Extract<TimeCode, { code: "fields" }>): string | undefined {
  const bits = fields.reduce((sum, field) => sum + field.bits, 0);
  if (bits % 8 !== 0) return `have ${bits} bits, not whole bytes: fill them up with { is: unused, bits: … }`;
  const names = fields.map(({ is }) => is).filter((is) => is !== "unused");
  const has = (name: string): boolean => names.some((each) => each === name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `count ${twice} twice`;
  if (names.length === 0) return "need one that counts";
  const dates = names.filter((name) => calendar.has(name));
  if (dates.length === 0) return start === undefined ? "need an epoch, or one of the year" : undefined;
  if (start !== undefined) return "have a calendar, so the time has no epoch";
  if (has("weeks") || has("days")) return "have a calendar and a count of days";
  const isDated = has("year") && (has("dayOfYear") ? dates.length === 2 : dates.length === 3);
  return isDated ? undefined : "of a calendar are year and dayOfYear, or year, month and dayOfMonth";
}

export const timeSchema = z
  .union([z.literal("none"), codes], { error: shape })
  .superRefine((time, context) => {
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: "custom", path: [path], message });
    if (time === "none") return;
    if (time.code === "fields") {
      const problem = fieldsProblem(time);
      if (problem !== undefined) refuse("fields", problem);
    } else if (time.code !== "CCS" && time.leapSeconds !== 0 && (time.clock ?? "UTC") !== "UTC") {
      refuse("leapSeconds", `clock: ${time.clock} takes its leap seconds from a table; give one of the two`);
    }
  });

/** Number of bytes of a time code, its P-field included. */
export function timeBytes(time: TimeCode): number {
  switch (time.code) {
    case "CUC":
      return cucPreambleBytes(time) + time.coarseBytes + time.fineBytes;
    case "CDS":
      return (time.preamble ? 1 : 0) + time.dayBytes + 4 + time.submillisecondBytes;
    case "CCS":
      return (time.preamble ? 1 : 0) + 7 + time.subsecondBytes;
    case "fields":
      return time.fields.reduce((sum, field) => sum + field.bits, 0) / 8;
  }
}

/** Bytes of a CUC's P-field: the second one is there where four coarse and three fine octets are not enough (3.2.2). */
export function cucPreambleBytes(time: Extract<TimeCode, { code: "CUC" }>): 0 | 1 | 2 {
  if (!time.preamble) return 0;
  return time.coarseBytes > 4 || time.fineBytes > 3 ? 2 : 1;
}
