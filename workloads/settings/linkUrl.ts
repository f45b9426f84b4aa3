/** Setting of a link: the URL of a source of packets, as `perigee-telemetry serve --source` takes it. */
import { z } from "zod";
// Not by the folder's entry: that loads the MQTT client, which the stack's program does not need.
import { parseSource, type Source } from "../../telemetry/links/source";
import { telemetryNames } from "../telemetry/names";

const { udpPort, tcpPort } = telemetryNames;

/** Ports that the Services lead to. */
const listened: Readonly<Record<string, number>> = { udp: udpPort, "tcp-server": tcpPort };

export interface LinkUrl {
  readonly url: string;
  readonly kind: Source["kind"];
}

export const linkUrl = z.string().transform((url, context): LinkUrl => {
  const parsed = parseSource(url);
  const problems = "problems" in parsed ? parsed.problems : portProblems(parsed);
  for (const message of problems) context.addIssue({ code: "custom", message, input: url });
  return "problems" in parsed || problems.length > 0 ? z.NEVER : { url, kind: parsed.kind };
});

function portProblems({ kind, host, port, name }: Source): string[] {
  const wanted = listened[kind];
  const isWanted = wanted === undefined || (port === wanted && host === "0.0.0.0");
  return isWanted ? [] : [`${name}: must be ${kind}://0.0.0.0:${wanted}, where the Services lead to`];
}

/** Links by URL; where none is of UDP, the UDP port as it is without links. */
export function sourcesOf(links: readonly LinkUrl[]): string {
  const urls = links.map(({ url }) => url);
  const hasUdp = links.some(({ kind }) => kind === "udp");
  return [...(hasUdp ? [] : [`udp://0.0.0.0:${udpPort}`]), ...urls].join(" ");
}
