/** How packets lie in what a link brings: the settings behind the `?` of its URL, checked by zod. */
import * as z from "zod";
import { longestPacketBytes } from "../decoder";
import type { FrameFormat } from "./frame";
import { standardMarker } from "./frameStream";
import type { RecordHeader } from "./recordHeader";

/** What every framing says of its packets. */
interface OfAnyFraming {
  readonly segments: "refuse" | "join";
  /** Whether all packets were played back by a recorder, or each packet tells. */
  readonly stored: "all" | "each";
}

export interface PacketFraming extends OfAnyFraming {
  readonly framing: "packets";
  /** Whose packets they are; undefined: the exporter's own spacecraft. */
  readonly spacecraft: string | undefined;
  readonly record: RecordHeader;
  readonly maxPacketBytes: number;
}

export interface FrameFraming extends FrameFormat, OfAnyFraming {
  /** Attached sync marker; undefined: datagrams keep frames apart. */
  readonly marker: Buffer | undefined;
  readonly randomised: boolean;
  /** Check symbols behind each frame. */
  readonly reedSolomonBytes: number;
  /** Whose packets they are: of one, or by the spacecraft ID of each frame; undefined: the exporter's own spacecraft. */
  readonly spacecraft: string | ReadonlyMap<number, string> | undefined;
  /** Spacecraft and virtual channels that are asked for; undefined: all. */
  readonly spacecraftId: number | undefined;
  readonly virtualChannels: ReadonlySet<number> | undefined;
  /** Virtual channels of packets that a recorder plays back. */
  readonly storedChannels: ReadonlySet<number>;
}

export type Framing = PacketFraming | FrameFraming;

const whole = (least: number, most: number): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> =>
  z.string().transform((given, context) => {
    const value = Number(given);
    if (/^-?\d+$/.test(given) && value >= least && value <= most) return value;
    context.addIssue({ code: "custom", message: `must be a whole number, ${least} to ${most}` });
    return z.NEVER;
  });
const yesNo = z.enum(["true", "false"], "must be true or false").transform((given) => given === "true");

const marker = z
  .string()
  .regex(/^(none|([0-9a-fA-F]{2}){2,8})$/, "must be none, or 2 to 8 bytes in hexadecimal, as 1acffc1d")
  .transform((given) => (given === "none" ? undefined : Buffer.from(given, "hex")));

const channels = z
  .string()
  .regex(/^\d{1,2}(,\d{1,2})*$/, "must be numbers of virtual channels, as 0,1")
  .transform((given): ReadonlySet<number> => new Set(given.split(",").map(Number)));

const namePattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
const named = new RegExp(`^${namePattern}$`);
const namedById = new RegExp(`^\\d{1,4}:${namePattern}(,\\d{1,4}:${namePattern})*$`);
const isName = "letters, digits, dots, _ and -, at most 64";
const spacecraftName = z.string().regex(named, `must be a name of ${isName}`);
const spacecraftOfFrames = z.string().transform((given, context): string | ReadonlyMap<number, string> => {
  if (named.test(given)) return given;
  const pairs = namedById.test(given) ? given.split(",").map((each) => each.split(":")) : [];
  const names = new Map(pairs.map(([id, name = ""]) => [Number(id), name]));
  if (pairs.length > 0 && names.size === pairs.length) return names;
  const message = `must be a name, or names by different spacecraft IDs, as 42:alpha,43:beta; a name is ${isName}`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const segments = z.enum(["refuse", "join"], "must be refuse or join").default("refuse");
const stored = z.enum(["all", "each"], "must be all or each").default("each");

const packetSettings = z.strictObject({
  framing: z.literal("packets"),
  segments,
  stored,
  spacecraft: spacecraftName.optional(),
  headerBytes: whole(0, 1024).prefault("0"),
  lengthAt: whole(0, 1023).optional(),
  lengthBytes: whole(1, 4).optional(),
  lengthPlus: whole(-1024, 65_536).optional(),
  maxPacketBytes: whole(7, longestPacketBytes).prefault(String(longestPacketBytes)),
});

const frameSettings = {
  segments,
  stored,
  spacecraft: spacecraftOfFrames.optional(),
  frameBytes: whole(16, 65_535),
  marker: marker.prefault(standardMarker.toString("hex")),
  randomised: yesNo.prefault("false"),
  reedSolomonBytes: whole(0, 1024).prefault("0"),
  fecf: yesNo.prefault("true"),
  virtualChannels: channels.optional(),
  storedChannels: channels.optional(),
};
/** Of 10 bits; an AOS frame's has 8 up to issue 4 of the standard. */
const mostSpacecraftId = 1023;
const tmSettings = z.strictObject({
  framing: z.literal("tm"),
  ...frameSettings,
  spacecraftId: whole(0, mostSpacecraftId).optional(),
});
const aosSettings = z.strictObject({
  framing: z.literal("aos"),
  ...frameSettings,
  spacecraftId: whole(0, mostSpacecraftId).optional(),
  ocf: yesNo.prefault("false"),
  insertBytes: whole(0, 65_000).prefault("0"),
  headerErrorControl: yesNo.prefault("false"),
});
const settings = { packets: packetSettings, tm: tmSettings, aos: aosSettings };

/**
 * Framing from the settings of a URL.
 * @param isStream true where bytes come without messages, so that frames need a marker
 * @returns the framing, or every problem, each with its key
 */
export function readFraming(given: URLSearchParams, isStream: boolean): Framing | readonly string[] {
  const keys = [...given.keys()];
  const twice = [...new Set(keys.filter((key, i) => keys.indexOf(key) !== i))];
  if (twice.length > 0) return twice.map((key) => `${key}: is there twice`);
  const query = { framing: "packets", ...Object.fromEntries(given) };
  const { framing } = query;
  if (framing !== "packets" && framing !== "tm" && framing !== "aos") {
    return ["framing: must be packets, tm or aos"];
  }
  const schema = settings[framing];
  const parsed = schema.safeParse(query);
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => told(issue, Object.keys(schema.shape)));
  return parsed.data.framing === "packets" ? packetFraming(parsed.data) : frameFraming(parsed.data, isStream);
}

function packetFraming(given: z.output<typeof packetSettings>): PacketFraming | readonly string[] {
  const { headerBytes, lengthAt, lengthBytes, lengthPlus, ...others } = given;
  const rest = { ...others, spacecraft: given.spacecraft };
  if (lengthAt === undefined) {
    const problems = Object.entries({ lengthBytes, lengthPlus }).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}: needs lengthAt`],
    );
    return problems.length > 0 ? problems : { ...rest, record: { bytes: headerBytes } };
  }
  const length = { at: lengthAt, bytes: lengthBytes ?? 2, plus: lengthPlus ?? 0 };
  if (length.at + length.bytes > headerBytes) {
    return [`lengthAt: ${lengthAt} with ${length.bytes} bytes is not within headerBytes, ${headerBytes}`];
  }
  return { ...rest, record: { bytes: headerBytes, length } };
}

function frameFraming(
  given: z.output<typeof tmSettings> | z.output<typeof aosSettings>,
  isStream: boolean,
): FrameFraming | readonly string[] {
  const framing: FrameFraming = {
    ...{ ocf: false, insertBytes: 0, headerErrorControl: false },
    ...given,
    marker: given.marker,
    spacecraft: given.spacecraft,
    spacecraftId: given.spacecraftId,
    virtualChannels: given.virtualChannels,
    storedChannels: given.storedChannels ?? new Set(),
  };
  const problems: string[] = [];
  if (isStream && framing.marker === undefined) {
    problems.push("marker: a stream of frames needs one; none is for datagrams and messages");
  }
  const highest = framing.framing === "tm" ? 7 : 62;
  for (const key of ["virtualChannels", "storedChannels"] as const) {
    for (const channel of framing[key] ?? []) {
      if (channel > highest) problems.push(`${key}: ${channel} is above ${highest}`);
    }
  }
  for (const channel of framing.storedChannels) {
    if (framing.virtualChannels?.has(channel) === false) {
      problems.push(`storedChannels: ${channel} is none of virtualChannels`);
    }
  }
  if (typeof framing.spacecraft === "object") {
    if (framing.spacecraftId !== undefined) {
      problems.push("spacecraftId: spacecraft says already which are asked for");
    }
    for (const id of framing.spacecraft.keys()) {
      if (id > mostSpacecraftId) {
        problems.push(`spacecraft: the spacecraft ID ${id} is above ${mostSpacecraftId}`);
      }
    }
  }
  const overhead = overheadBytes(framing);
  if (framing.frameBytes <= overhead) {
    problems.push(`frameBytes: must be above ${overhead}, the bytes of headers and trailer`);
  }
  return problems.length > 0 ? problems : framing;
}

/** Bytes of a frame that carry no packets, where it has no more than what the settings say. */
function overheadBytes({ framing, fecf, ocf, headerErrorControl, insertBytes }: FrameFormat): number {
  const aos = framing === "aos" ? 2 + (headerErrorControl ? 2 : 0) + insertBytes + (ocf ? 4 : 0) : 0;
  return 6 + aos + (fecf ? 2 : 0);
}

function told(issue: z.core.$ZodIssue, allowed: readonly string[]): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${key}: is no such setting; allowed: ${allowed.join(", ")}`);
  }
  const key = issue.path.join(".");
  return [issue.code === "invalid_type" ? `${key}: is missing` : `${key}: ${issue.message}`];
}
