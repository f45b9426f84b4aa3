/** Addresses of probes: URLs by whose scheme it is known how they are asked. */
import { hostProblem, type Reason, urlProblem } from "../../settings/url";

/** How an address is asked; `tls` is TCP with a certificate. */
export type Scheme = (typeof schemes)[number];

const schemes = ["http", "https", "tcp", "tls", "dns", "icmp"] as const;

/** Types of DNS records that can be asked for. */
const recordTypes = ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"];

export interface Address {
  readonly scheme: Scheme;
  /** As the prober takes it: a URL, or a host with or without its port. */
  readonly target: string;
  /** Of `dns`. */
  readonly question?: { readonly name: string; readonly type: string };
}

/** Parts of `dns://server/name?type=A`. */
const dnsForm = /^(?<server>[^/?#]*)\/(?<name>[^/?#]*)(?:\?type=(?<type>[A-Z]+))?$/;

const schemeOf = (text: string): string => /^([a-z]+):\/\//.exec(text)?.[1] ?? "";

export function addressProblem(text: string): Reason {
  const scheme = schemeOf(text);
  const rest = text.slice(scheme.length + "://".length);
  switch (scheme) {
    case "http":
    case "https":
      return urlProblem(text, { userInfo: false, base: false });
    case "tcp":
    case "tls":
      return hostProblem(rest, "port");
    case "dns":
      return questionProblem(rest);
    case "icmp":
      return /:\d*$/.test(rest.replace(/^\[[^\]]*\]/, ""))
        ? "it has no port: icmp://host"
        : hostProblem(rest, "optional port");
    default:
      return `it begins with ${schemes.map((each) => `${each}://`).join(", ")}`;
  }
}

function questionProblem(rest: string): Reason {
  const { server = "", name, type } = dnsForm.exec(rest)?.groups ?? {};
  if (name === undefined || name === "") {
    return "it names a server and what is asked of it: dns://server/name?type=A";
  }
  if (type !== undefined && !recordTypes.includes(type)) return `a type is one of: ${recordTypes.join(", ")}`;
  if (
    !/^(_?[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*_?[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.?$/i.test(name)
  ) {
    return "what is asked is a DNS name: letters, digits, - and _ between dots";
  }
  return hostProblem(server, "optional port");
}

/** @param text one that {@link addressProblem} has nothing against */
export function addressOf(text: string): Address {
  const scheme = schemeOf(text) as Scheme;
  if (scheme === "http" || scheme === "https") return { scheme, target: text };
  const rest = text.slice(scheme.length + "://".length);
  if (scheme === "icmp") return { scheme, target: rest.replace(/^\[(.*)\]$/, "$1") };
  if (scheme !== "dns") return { scheme, target: rest };
  const { server = "", name = "", type = "A" } = dnsForm.exec(rest)?.groups ?? {};
  return { scheme, target: server, question: { name, type } };
}

/** True where a certificate is shown. */
export const hasCertificate = (scheme: Scheme): boolean => scheme === "https" || scheme === "tls";

/** True where the answer has an HTTP status. */
export const hasStatus = (scheme: Scheme): boolean => scheme === "http" || scheme === "https";
