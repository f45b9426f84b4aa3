/** Options of a link: what the packets are in, from the query of the link's URL, checked by zod. */
import * as z from "zod";

/** Header of a record, in front of each packet of a stream. */
export interface RecordHeader {
  readonly bytes: number;
  /** Field of the header that says the packet's length, if it has one. */
  readonly length?: {
    readonly at: number;
    readonly bytes: number;
    /** What to add to the field to get the packet's length. */
    readonly plus: number;
  };
}

interface PacketOptions {
  readonly framing: "packets";
  readonly record: RecordHeader;
}

export interface FrameOptions {
  readonly framing: "tm" | "aos";
  /** Length of a frame, without sync marker and parity. */
  readonly frameBytes: number;
  /** Attached sync marker; empty: none, where messages keep frames apart. */
  readonly marker: Buffer;
  /** Length of the Reed-Solomon check symbols behind the frame. */
  readonly parityBytes: number;
  readonly randomised: boolean;
  readonly fecf: boolean;
  readonly scid: number | undefined;
  readonly vcids: readonly number[] | undefined;
  /** AOS only: what a TM frame's header says itself. */
  readonly headerErrorControl: boolean;
  readonly insertZoneBytes: number;
  readonly ocf: boolean;
}

/** Longest frame of TM and AOS (CCSDS 132.0-B-3, 4.1.1; 131.0-B-4, 11). */
const longestFrameBytes = 2048;

const whole = (min: number, max: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^-?\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`);
const yesNo = z.enum(["yes", "no"], { error: "must be yes or no" }).transform((value) => value === "yes");
const marker = z
  .string()
  .regex(/^(none|([\da-fA-F]{2}){2,8})$/, "must be 2 to 8 bytes in hexadecimal, such as 1ACFFC1D, or none")
  .transform((value) => Buffer.from(value === "none" ? "" : value, "hex"));
const segments = z.enum(["join", "refuse"], { error: "must be join or refuse" });

const packetQuery = z.strictObject({
  framing: z.literal("packets").optional(),
  segments: segments.default("refuse"),
  recordHeaderBytes: whole(0, 1024).optional(),
  recordLengthAt: whole(0, 1023).optional(),
  recordLengthBytes: whole(1, 4).optional(),
  recordLengthPlus: whole(-1024, 65_536).optional(),
});

const frameQuery = z.strictObject({
  framing: z.enum(["tm", "aos"]),
  segments: segments.default("refuse"),
  frameBytes: whole(16, longestFrameBytes),
  marker: marker.default(Buffer.from("1ACFFC1D", "hex")),
  parityBytes: whole(0, 512).default(0),
  randomised: yesNo.default(false),
  fecf: yesNo.default(true),
  scid: whole(0, 1023).optional(),
  vcids: z
    .string()
    .regex(/^\d{1,2}(,\d{1,2})*$/, "must be numbers with commas between, such as 0,1")
    .transform((value) => value.split(",").map(Number))
    .optional(),
  headerErrorControl: yesNo.optional(),
  insertZoneBytes: whole(0, 1024).optional(),
  ocf: yesNo.optional(),
});

export interface LinkOptions {
  readonly content: PacketOptions | FrameOptions;
  readonly joinsSegments: boolean;
}

/**
 * Options from a query.
 * @param isStream true where bytes come without messages, so that frames need a marker
 * @returns the options, or every problem, each with its key and what was given
 */
export function readOptions(
  query: Readonly<Record<string, string>>,
  isStream: boolean,
): LinkOptions | readonly string[] {
  const framing = query.framing ?? "packets";
  if (framing === "packets") {
    const parsed = packetQuery.safeParse(query);
    return parsed.success ? packetOptions(parsed.data) : told(parsed.error, query, packetQuery);
  }
  if (framing === "tm" || framing === "aos") {
    const parsed = frameQuery.safeParse(query);
    return parsed.success ? frameOptions(parsed.data, isStream) : told(parsed.error, query, frameQuery);
  }
  return [`framing=${framing}: must be packets, tm or aos`];
}

function packetOptions(given: z.infer<typeof packetQuery>): LinkOptions | readonly string[] {
  const { recordHeaderBytes, recordLengthAt, recordLengthBytes, recordLengthPlus } = given;
  const bytes = recordHeaderBytes ?? 0;
  const joinsSegments = given.segments === "join";
  if (recordLengthAt === undefined) {
    const without = Object.entries({ recordLengthBytes, recordLengthPlus })
      .filter(([, value]) => value !== undefined)
      .map(([key]) => `${key}: needs recordLengthAt`);
    return without.length > 0
      ? without
      : { content: { framing: "packets", record: { bytes } }, joinsSegments };
  }
  const length = { at: recordLengthAt, bytes: recordLengthBytes ?? 2, plus: recordLengthPlus ?? 0 };
  if (length.at + length.bytes > bytes) {
    return [
      `recordLengthAt=${length.at}: the length field of ${length.bytes} bytes must be within recordHeaderBytes=${bytes}`,
    ];
  }
  return { content: { framing: "packets", record: { bytes, length } }, joinsSegments };
}

function frameOptions(given: z.infer<typeof frameQuery>, isStream: boolean): LinkOptions | readonly string[] {
  const { framing, scid, vcids, segments: what, headerErrorControl, insertZoneBytes, ocf, ...rest } = given;
  const isTm = framing === "tm";
  const problems: string[] = [];
  if (isTm) {
    for (const [key, value] of Object.entries({ headerErrorControl, insertZoneBytes, ocf })) {
      if (value !== undefined) problems.push(`${key}: only with framing=aos; a TM frame's header says it`);
    }
  } else if (scid !== undefined && scid > 255) problems.push(`scid=${scid}: must be from 0 to 255 for AOS`);
  const highest = isTm ? 7 : 62;
  for (const vcid of vcids ?? []) {
    if (vcid > highest) problems.push(`vcids: ${vcid} must be from 0 to ${highest}`);
  }
  if (isStream && given.marker.length === 0) {
    problems.push("marker=none: only where messages keep frames apart (udp, mqtt)");
  }
  if (!given.fecf && scid === undefined) {
    problems.push("fecf=no: needs scid, because nothing else tells a damaged frame from a whole one");
  }
  const options = {
    ...rest,
    framing,
    scid,
    vcids,
    headerErrorControl: headerErrorControl ?? false,
    insertZoneBytes: insertZoneBytes ?? 0,
    ocf: ocf ?? false,
  };
  const overhead = overheadBytes(options);
  if (given.frameBytes <= overhead) {
    problems.push(
      `frameBytes=${given.frameBytes}: must be above ${overhead}, the length of its headers and trailer`,
    );
  }
  return problems.length > 0 ? problems : { content: options, joinsSegments: what === "join" };
}

/** Bytes of a frame that carry no packets, where it has no more than what the options say. */
export function overheadBytes(options: Omit<FrameOptions, "marker">): number {
  const trailer = (options.fecf ? 2 : 0) + (options.ocf ? 4 : 0);
  if (options.framing === "tm") return 6 + trailer;
  return 6 + (options.headerErrorControl ? 2 : 0) + options.insertZoneBytes + 2 + trailer;
}

function told(error: z.ZodError, query: Readonly<Record<string, string>>, schema: z.ZodObject): string[] {
  return error.issues.flatMap((issue) => {
    const allowed = Object.keys(schema.shape).join(", ");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => `${key}: no such option; allowed: ${allowed}`);
    }
    const key = String(issue.path[0]);
    const given = query[key];
    return [given === undefined ? `${key}: missing` : `${key}=${given}: ${issue.message}`];
  });
}
