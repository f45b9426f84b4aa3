/**
 * Where packets come from, as a URL: `tcp-server://0.0.0.0:10016?framing=tm&frameBytes=1115`.
 *
 *   udp://HOST:PORT   tcp-server://HOST:PORT   tcp://HOST:PORT   mqtt://[USER:PASSWORD@]HOST:PORT/TOPIC   mqtts://...
 */
import { withoutPassword } from "../withoutPassword";
import { type Framing, readFraming } from "./framing";

const sourceKinds = ["udp", "tcp-server", "tcp", "mqtt", "mqtts"] as const;

type SourceKind = (typeof sourceKinds)[number];

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

/**
 * Names of all spacecraft that the sources bring packets of, each once.
 * @param own that of the sources that name none: the first, where there is such a source, or no source at all
 */
export function spacecraftOf(sources: readonly Source[], own: string): [string, ...string[]] {
  const names = sources.flatMap(({ framing: { spacecraft } }): (string | undefined)[] =>
    typeof spacecraft === "object" ? [...spacecraft.values()] : [spacecraft],
  );
  const named = names.filter((name) => name !== undefined);
  const [first = own, ...rest] = new Set(named.length < names.length ? [own, ...named] : named);
  return [first, ...rest];
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
  const [topic, user, password] = [url.pathname.slice(1), url.username, url.password].map(decoded);
  if (topic === undefined || user === undefined || password === undefined) {
    return problem("must have %25 where it means a percent sign");
  }
  const isMqtt = kind in mqttPorts;
  if (isMqtt === (topic === "")) {
    return problem(
      isMqtt
        ? "must name a topic behind the port, as /telemetry/raw"
        : "must have nothing behind the port but ?settings",
    );
  }
  const framing = readFraming(url.searchParams, kind === "tcp" || kind === "tcp-server");
  if (isProblems(framing)) {
    return { problems: framing.map((each) => `${withoutPassword(text)}: ${each}`) };
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    ...{ kind, host, port, topic, framing },
    ...(user !== "" && { user }),
    ...(password !== "" && { password }),
    name: `${kind}://${url.hostname}:${port}${isMqtt ? url.pathname : ""}`,
  };
}

function isProblems(framing: Framing | readonly string[]): framing is readonly string[] {
  return Array.isArray(framing);
}

/** Text of percent-encoding, undefined where that is wrong. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
