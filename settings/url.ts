/**
 * Checks of URLs, addresses and references. The programs that read them later (containerd, apt, Helm, Alertmanager)
 * parse with Go's net/url or their own grammar, which are stricter than WHATWG's URL in some places and looser in
 * others: what one of them refuses, is refused here. No reason repeats the value, which may be a secret.
 */
import { isIPv4, isIPv6 } from "node:net";

/** Reason why a value is refused, or undefined. */
export type Reason = string | undefined;

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const portRange = "a port is a number from 1 to 65535";

/** The parts of a URL according to RFC 3986, appendix B; each may be malformed. */
const parts =
  /^(?<scheme>[^:/?#]*):\/\/(?<authority>[^/?#]*)(?<path>[^?#]*)(?<query>\?[^#]*)?(?<fragment>#.*)?$/s;

export interface UrlForm {
  /** Accept a user and password: for URLs that are kept secret and whose reader sends them. */
  readonly userInfo: boolean;
  /** Others append a path to the URL: no query, fragment, or closing slash. */
  readonly base: boolean;
}

export function urlProblem(text: string, { userInfo, base }: UrlForm): Reason {
  const { scheme, authority = "", path = "", query, fragment } = parts.exec(text)?.groups ?? {};
  if (scheme !== "http" && scheme !== "https") return "it begins with http:// or https://";
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  if (at >= 0 && !userInfo) {
    return "no user or password: it would be stored in clear, and not every reader sends it; use an address that asks for none";
  }
  if (!/^[\w.~!$&'()*+,;=:%-]*$/.test(authority.slice(0, Math.max(0, at)))) {
    return "a user or password has only letters, digits and - . _ ~ ! $ & ' ( ) * + , ; = here; write others as %XX, such as %40 for @";
  }
  return (
    hostProblem(host, "optional port") ??
    restProblem(text, `${path}${query ?? ""}${fragment ?? ""}`) ??
    (base ? baseProblem(path, query, fragment) : undefined)
  );
}

function restProblem(url: string, rest: string): Reason {
  if (!/^[\w.~!$&'()*+,;=:@%/?#-]*$/.test(rest) || rest.indexOf("#") !== rest.lastIndexOf("#")) {
    return "after the host it has only letters, digits and - . _ ~ ! $ & ' ( ) * + , ; = : @ / ? here; write others as %XX, such as %20 for a space";
  }
  if (/%(?![0-9a-f]{2})/i.test(url)) {
    return "a % is followed by two hexadecimal digits; write a % itself as %25";
  }
  return URL.canParse(url) ? undefined : "it cannot be read as a URL";
}

function baseProblem(path: string, query: string | undefined, fragment: string | undefined): Reason {
  if (query !== undefined || fragment !== undefined) return "no ? or #: a path is appended to it";
  if (path.endsWith("/")) return "no closing slash: a path is appended to it";
  return path.includes("'") ? "no quote: write it as %27" : undefined;
}

/** Reason why the text is no `host:port`, with the port required, optional or forbidden. */
export function hostProblem(text: string, port: "port" | "optional port"): Reason {
  const {
    bracketed,
    name = "",
    given,
  } = /^(?:\[(?<bracketed>[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<given>.*))?$/s.exec(text)?.groups ?? {};
  if (bracketed === undefined && name === "") {
    return "it needs a host: a DNS name, an IPv4 address, or an IPv6 address in brackets";
  }
  if (bracketed !== undefined && (!isIPv6(bracketed) || bracketed.includes("%"))) {
    return "between brackets stands an IPv6 address, without a zone";
  }
  if (bracketed === undefined && !isHostName(name)) {
    return "the host is a DNS name (letters, digits, - and _ between dots; others in Punycode), an IPv4 address, or an IPv6 address in brackets";
  }
  if (given === undefined) {
    return port === "port" ? `it needs a port: host:port, and ${portRange}` : undefined;
  }
  return /^[1-9]\d{0,4}$/.test(given) && Number(given) <= 65_535 ? undefined : portRange;
}

/** True for a DNS name or an IPv4 address. A name whose last label is a number is read as an address by some. */
function isHostName(text: string): boolean {
  const labels = text.replace(/\.$/, "").split(".");
  if (/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? "")) return isIPv4(text);
  return text.length <= 253 && labels.every((each) => label.test(each));
}

const pathComponent = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*$/;
const digest = /^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

/** Reason why the text is no `registry/repository`, by the grammar of github.com/distribution/reference. */
export function repositoryProblem(text: string): Reason {
  const [registry = "", ...path] = text.split("/");
  if (path.length === 0 || !(registry === "localhost" || /[.:]/.test(registry))) {
    return "it begins with a registry's host and a slash";
  }
  const reason = hostProblem(registry, "optional port");
  if (reason !== undefined) return `of its registry: ${reason}`;
  if (registry.includes("_")) return "a registry's host has no _";
  if (!path.every((part) => pathComponent.test(part))) {
    return "a repository is of lower-case letters and digits, with single . or _, __ or - between them, and / between its parts";
  }
  return text.length <= 255 ? undefined : "registry and repository have at most 255 characters";
}

/** Reason why the text is no image reference with its registry and a tag, a digest, or both. */
export function imageProblem(text: string): Reason {
  const [named = "", ...digests] = text.split("@");
  const { repository = named, tag } = /^(?<repository>.*):(?<tag>[^/]*)$/s.exec(named)?.groups ?? {};
  if (digests.length > 1 || digests.some((each) => !digest.test(each))) {
    return "a digest is sha256: and 64 of 0-9 a-f (or sha384:, sha512:)";
  }
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) {
    return "a tag has at most 128 letters, digits, _ . -, and begins with none of . -";
  }
  const reason = repositoryProblem(repository);
  if (reason !== undefined) return reason;
  return tag === undefined && digests.length === 0 ? "it needs a tag or a digest" : undefined;
}
