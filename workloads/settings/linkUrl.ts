/** Setting of a link: the URL of a source of packets, as `perigee-telemetry serve --source` takes it. */
import { z } from "zod";
// Not by the folder's entry: that loads the MQTT client, which the stack's program does not need.
import { parseSource, type Source, spacecraftOf } from "../../telemetry/links/source";
import { telemetryNames } from "../telemetry/names";

const { udpPort, tcpPort } = telemetryNames;

/** Ports that the Services lead to. */
const listened: Readonly<Record<string, number>> = { udp: udpPort, "tcp-server": tcpPort };

export interface LinkUrl {
  readonly url: string;
  readonly source: Source;
}

export const linkUrl = z.string().transform((url, context): LinkUrl => {
  const parsed = parseSource(url);
  const problems = "problems" in parsed ? parsed.problems : portProblems(parsed);
  for (const message of problems) context.addIssue({ code: "custom", message, input: url });
  return "problems" in parsed || problems.length > 0 ? z.NEVER : { url, source: parsed };
});

function portProblems({ kind, host, port, name }: Source): string[] {
  const wanted = listened[kind];
  const isWanted = wanted === undefined || (port === wanted && host === "0.0.0.0");
  return isWanted ? [] : [`${name}: must be ${kind}://0.0.0.0:${wanted}, where the Services lead to`];
}

/** Links by URL; where none is of UDP, the UDP port as it is without links. */
export function sourcesOf(links: readonly LinkUrl[]): string {
  return withUdp(links)
    .map(({ url }) => url)
    .join(" ");
}

/** Names of the spacecraft that the exporter receives. */
export function fleetOf(settings: {
  readonly links: readonly LinkUrl[];
  /** That of the links that name none. */
  readonly spacecraft: string;
}): readonly string[] {
  const sources = withUdp(settings.links).map(({ source }) => source);
  return spacecraftOf(sources, settings.spacecraft);
}

function withUdp(links: readonly LinkUrl[]): readonly LinkUrl[] {
  const url = `udp://0.0.0.0:${udpPort}`;
  const source = parseSource(url);
  if ("problems" in source || links.some((link) => link.source.kind === "udp")) return links;
  return [{ url, source }, ...links];
}
