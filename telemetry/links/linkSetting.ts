/** The links setting: URLs of the sources that packets come from, or the target that they go to, checked at once. */
import { type LinkOptions, readOptions } from "./linkOptions";

const linkKinds = ["udp", "tcp-server", "tcp"] as const;
type LinkKind = (typeof linkKinds)[number];

/** A link as set. */
export interface LinkSetting {
  /** The URL without its options: what logs and the label `link` say. */
  readonly name: string;
  readonly kind: LinkKind;
  readonly host: string;
  readonly port: number;
  readonly options: LinkOptions;
}

/** Error of an invalid links setting; its message lists all problems. */
export class LinkError extends Error {}

/** Most links of one exporter: each has buffers and series. */
const mostLinks = 16;

/**
 * Links from URLs with spaces or line breaks between them.
 * @throws LinkError with every problem of every URL
 */
export function parseLinks(text: string): LinkSetting[] {
  const problems: string[] = [];
  const links = text
    .split(/\s+/)
    .filter((url) => url !== "")
    .flatMap((url) => {
      const link = readLink(url);
      if (!Array.isArray(link)) return [link];
      problems.push(...link.map((problem) => `${url}: ${problem}`));
      return [];
    });
  const names = links.map(({ name }) => name);
  for (const name of new Set(names.filter((each, i) => names.indexOf(each) !== i))) {
    problems.push(`${name}: given more than once`);
  }
  if (links.length > mostLinks) problems.push(`${links.length} links: at most ${mostLinks}`);
  if (problems.length > 0) throw new LinkError(problems.join("; "));
  return links;
}

/** @throws LinkError with every problem of the URL */
export function parseLink(url: string): LinkSetting {
  const link = readLink(url);
  if (Array.isArray(link)) throw new LinkError(link.map((problem) => `${url}: ${problem}`).join("; "));
  return link;
}

function readLink(text: string): LinkSetting | string[] {
  const kind = linkKinds.find((each) => text.startsWith(`${each}://`));
  const url = kind === undefined ? undefined : parsed(text);
  if (kind === undefined || url === undefined) {
    return [
      "must be udp://ADDRESS:PORT, tcp-server://ADDRESS:PORT or tcp://HOST:PORT, with ?OPTION=VALUE&...",
    ];
  }
  const problems: string[] = [];
  const port = Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "") problems.push("the host is missing");
  if (url.port === "" || (port === 0 && kind === "tcp")) problems.push("the port is missing: 1 to 65535");
  if (url.pathname !== "" && url.pathname !== "/") problems.push(`${url.pathname}: a link has no path`);
  if (url.username !== "" || url.password !== "") problems.push("a link has no user");
  const keys = [...url.searchParams.keys()];
  for (const key of new Set(keys.filter((each, i) => keys.indexOf(each) !== i))) {
    problems.push(`${key}: given more than once`);
  }
  const options = readOptions(Object.fromEntries(url.searchParams), kind !== "udp");
  if (isProblems(options)) problems.push(...options);
  if (problems.length > 0 || isProblems(options)) return problems;
  return { name: `${kind}://${url.host}`, kind, host, port, options };
}

function isProblems(options: LinkOptions | readonly string[]): options is readonly string[] {
  return Array.isArray(options);
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
