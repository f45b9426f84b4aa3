/** Location of a remote cache, read from text: a folder, a web server, or a repository of an OCI registry. Pure. */

export type Location =
  | { readonly kind: "folder"; readonly said: string; readonly folder: string }
  | { readonly kind: "http"; readonly said: string; readonly base: string; readonly authorization?: string }
  | OciLocation;

export interface OciLocation {
  readonly kind: "oci";
  /** For messages, without credentials. */
  readonly said: string;
  /** Address of the registry's API: `https://ghcr.io`. */
  readonly origin: string;
  /** The registry's name in references, as crane wants it. */
  readonly registry: string;
  readonly repository: string;
}

const allowed =
  "Allowed are the absolute path of a folder, https://HOST/PATH (http:// on loopback addresses only), and oci://REGISTRY/REPOSITORY.";

const repositoryForm = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/**
 * The location that a text names, or the problem with it.
 * @param name what the user calls the value: `PERIGEE_LAB_CACHE`
 */
export function parseLocation(name: string, text: string): Location | { readonly problem: string } {
  if (text.startsWith("/")) return { kind: "folder", said: text, folder: text };
  const refused = (reason: string) => ({
    problem: `${name} is ${withoutSecrets(text)}: ${reason}. ${allowed}`,
  });
  const url = URL.parse(text);
  if (url === null) return refused("neither an absolute path nor a URL");
  if (!["http:", "https:", "oci:"].includes(url.protocol)) {
    return refused(`${url.protocol} is not known here`);
  }
  if (url.host === "") return refused("it names no host");
  if (url.search !== "" || url.hash !== "") return refused("it has a query or a fragment");
  return url.protocol === "oci:" ? ociLocation(url, refused) : webLocation(url, refused);
}

type Refuse = (reason: string) => { readonly problem: string };

function webLocation(url: URL, refused: Refuse): Location | { readonly problem: string } {
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return refused("http:// is not encrypted, and the host is another one than this");
  }
  const { username, password } = url;
  url.username = url.password = "";
  const base = url.href.replace(/\/*$/, "/");
  const where = { kind: "http", said: base, base } as const;
  if (username === "" && password === "") return where;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { ...where, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

function ociLocation(url: URL, refused: Refuse): Location | { readonly problem: string } {
  if (url.username !== "" || url.password !== "") {
    return refused("a registry is read without credentials, and written with those of `crane auth login`");
  }
  const repository = url.pathname.replace(/^\/|\/$/g, "");
  if (!repositoryForm.test(repository)) return refused("it names no repository, or one with a tag");
  // Docker Hub's API has another name than Docker Hub.
  const host = url.host === "docker.io" ? "registry-1.docker.io" : url.host;
  const scheme = isLoopback(url.hostname) ? "http" : "https";
  const said = `oci://${url.host}/${repository}`;
  return { kind: "oci", said, origin: `${scheme}://${host}`, registry: url.host, repository };
}

/** True for addresses of this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

/** A URL as it was given, without what may be secret: user, password, query. */
function withoutSecrets(text: string): string {
  return text.replace(/^([^/]*:\/\/).*@/s, "$1***@").replace(/\?.*/s, "?***");
}
