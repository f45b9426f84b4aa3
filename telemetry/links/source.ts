/**
 * Where packets come from, as a URL: `tcp-server://0.0.0.0:10016?framing=tm&frameBytes=1115`.
 *
 *   udp://HOST:PORT   tcp-server://HOST:PORT   tcp://HOST:PORT   mqtt://[USER:PASSWORD@]HOST:PORT/TOPIC   mqtts://...
 */
import * as z from "zod";
import { standardMarker } from "./frameStream";

const sourceKinds = ["udp", "tcp-server", "tcp", "mqtt", "mqtts"] as const;

type SourceKind = (typeof sourceKinds)[number];

const whole = (least: number, most: number): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> =>
  z.string().transform((given, context) => {
    const value = Number(given);
    if (/^\d+$/.test(given) && value >= least && value <= most) return value;
    context.addIssue({ code: "custom", message: `must be a whole number, ${least} to ${most}` });
    return z.NEVER;
  });
const yesNo = z.enum(["true", "false"], "must be true or false").transform((given) => given === "true");

const marker = z
  .string()
  .regex(/^(none|([0-9a-f]{2}){2,8})$/, "must be none, or 2 to 8 bytes in hexadecimal, as 1acffc1d")
  .transform((given) => (given === "none" ? undefined : Buffer.from(given, "hex")));

const channels = z
  .string()
  .regex(/^\d+(,\d+)*$/, "must be numbers of virtual channels, as 0,1")
  .transform((given): ReadonlySet<number> => new Set(given.split(",").map(Number)));

const packetSettings = {
  headerBytes: whole(0, 1024).prefault("0"),
  maxPacketBytes: whole(7, 65_542).prefault("65542"),
  segments: z.enum(["refuse", "join"], "must be refuse or join").default("refuse"),
};

const frameSettings = {
  segments: packetSettings.segments,
  frameBytes: whole(16, 65_535),
  marker: marker.prefault(standardMarker.toString("hex")),
  randomised: yesNo.prefault("false"),
  reedSolomonBytes: whole(0, 1024).prefault("0"),
  fecf: yesNo.prefault("true"),
  virtualChannels: channels.optional(),
};

const framing = z.discriminatedUnion(
  "framing",
  [
    z.strictObject({ framing: z.literal("packets"), ...packetSettings }),
    z.strictObject({ framing: z.literal("tm"), ...frameSettings }),
    z.strictObject({
      framing: z.literal("aos"),
      ...frameSettings,
      ocf: yesNo.prefault("false"),
      insertBytes: whole(0, 65_000).prefault("0"),
      headerErrorControl: yesNo.prefault("false"),
    }),
  ],
  { error: "must be packets, tm or aos" },
);

/** How packets lie in what comes. */
export type Framing = z.output<typeof framing>;

export interface Source {
  readonly kind: SourceKind;
  readonly host: string;
  readonly port: number;
  /** MQTT: topic filter. */
  readonly topic: string;
  readonly user?: string;
  readonly password?: string;
  readonly framing: Framing;
  /** The URL without parameters and password: the label `link`. */
  readonly name: string;
}

/** Port of MQTT where the URL has none. */
const mqttPorts: Readonly<Record<string, number>> = { mqtt: 1883, mqtts: 8883 };

/** @returns the source, or every problem of the URL */
export function parseSource(text: string): Source | { readonly problems: readonly string[] } {
  const problem = (what: string): { problems: string[] } => ({
    problems: [`${withoutPassword(text)}: ${what}`],
  });
  if (!URL.canParse(text)) return problem("must be KIND://HOST:PORT, the port at most 65535");
  const url = new URL(text);
  const kind = sourceKinds.find((each) => `${each}:` === url.protocol);
  if (kind === undefined) {
    return problem(`must start with one of ${sourceKinds.map((each) => `${each}://`).join(", ")}`);
  }
  const port = url.port === "" ? mqttPorts[kind] : Number(url.port);
  if (url.hostname === "" || port === undefined) return problem("must name a host and a port");
  const topic = decodeURIComponent(url.pathname.replace(/^\//, ""));
  const isMqtt = kind in mqttPorts;
  if (isMqtt === (topic === "")) {
    return problem(
      isMqtt
        ? "must name a topic behind the port, as /telemetry/raw"
        : "must have nothing behind the port but ?settings",
    );
  }
  const parsed = framing.safeParse({ framing: "packets", ...Object.fromEntries(url.searchParams) });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) =>
        `${withoutPassword(text)}: ${path.length > 0 ? `${path.join(".")}: ` : ""}${message}`,
    );
    return { problems };
  }
  const isStream = kind === "tcp" || kind === "tcp-server";
  if (isStream && parsed.data.framing !== "packets" && parsed.data.marker === undefined) {
    return problem("marker: a stream of frames needs one; none is for datagrams and messages");
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    ...{ kind, host, port, topic, framing: parsed.data },
    ...(url.username !== "" && { user: decodeURIComponent(url.username) }),
    ...(url.password !== "" && { password: decodeURIComponent(url.password) }),
    name: `${kind}://${url.hostname}:${port}${isMqtt ? url.pathname : ""}`,
  };
}

const withoutPassword = (text: string): string => text.replace(/\/\/[^@/]*@/, "//");
