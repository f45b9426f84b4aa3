/**
 * Cache in a repository of an OCI registry: a tag for each file, whose manifest has one layer, the file. Read without
 * credentials; a registry that wants a token all the same (ghcr.io, docker.io) says where to get one.
 */
import { Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { type Answer, ask, contentOf } from "./http";
import { isLoopback, type OciLocation } from "./location";
import { archiveEnding } from "./product";
import { type CacheSource, type Content, type Limits, Unavailable } from "./source";

const manifests =
  "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/** The files of a repository. */
export function ociSource(location: OciLocation, limits: Limits): CacheSource {
  const registry = new Registry(location, limits);
  return {
    said: location.said,
    open: async (file) => {
      const manifest = contentOf(await registry.get(`manifests/${tagOf(file)}`, { accept: manifests }));
      if (manifest === undefined) return undefined;
      const blob = contentOf(await registry.get(`blobs/${layerOf(await textOf(manifest))}`, {}));
      return blob === undefined || file.endsWith(archiveEnding) ? blob : unzipped(blob);
    },
  };
}

/** Tag of a file. Archives lack their ending: a tag has 128 characters at most. */
export function tagOf(file: string): string {
  return file.endsWith(archiveEnding) ? file.slice(0, -archiveEnding.length) : file;
}

class Registry {
  private token = "";

  constructor(
    private readonly location: OciLocation,
    private readonly limits: Limits,
  ) {}

  /** Answer to a request, repeated with a token when the registry asks for one. */
  async get(path: string, headers: Record<string, string>): Promise<Answer> {
    const { origin, repository } = this.location;
    const url = new URL(`${origin}/v2/${repository}/${path}`);
    const send = () =>
      ask(
        url,
        this.token === "" ? headers : { ...headers, authorization: `Bearer ${this.token}` },
        this.limits,
      );
    const first = await send();
    if (first.status !== 401) return first;
    first.discard();
    this.token = await this.anonymousToken(first.headers.get("www-authenticate") ?? "");
    return send();
  }

  private async anonymousToken(challenge: string): Promise<string> {
    const wants = (name: string) => new RegExp(`[ ,]${name}="([^"]*)"`, "i").exec(challenge)?.[1];
    const realm = URL.parse(wants("realm") ?? "");
    if (!/^bearer /i.test(challenge) || realm === null) {
      throw new Unavailable("the registry lets nobody read without credentials", false);
    }
    if (realm.protocol !== "https:" && !isLoopback(realm.hostname)) {
      throw new Unavailable(`the registry's tokens come from ${realm.origin}, which is not encrypted`, false);
    }
    const service = wants("service");
    if (service !== undefined) realm.searchParams.set("service", service);
    realm.searchParams.set("scope", wants("scope") ?? `repository:${this.location.repository}:pull`);
    const answer = contentOf(await ask(realm, {}, this.limits));
    const { token, access_token: other } = answer === undefined ? {} : parsed(await textOf(answer));
    const found = token ?? other;
    if (typeof found === "string" && found !== "") return found;
    throw new Unavailable("the registry gives no token to read without credentials", false);
  }
}

/** Digest of a manifest's only layer. */
function layerOf(manifest: string): string {
  const { layers } = parsed(manifest);
  const [layer] = Array.isArray(layers) && layers.length === 1 ? (layers as unknown[]) : [];
  const digest = typeof layer === "object" && layer !== null && "digest" in layer ? layer.digest : undefined;
  if (typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new Unavailable("the registry's manifest has not one layer", false);
}

function parsed(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    throw new Unavailable("the registry's answer is not JSON", false);
  }
}

/** Files beside the archives are compressed too: crane passes zstd on as it is, and compresses all else with gzip. */
function unzipped({ chunks }: Content): Content {
  const from = Readable.from(chunks);
  const to = createZstdDecompress();
  from.on("error", (error) => to.destroy(error));
  return { chunks: from.pipe(to) };
}

/** Limit of what is read into memory: lists of sums, signatures, manifests. */
const textLimit = 8 * 2 ** 20;

/** A small file as text. */
export async function textOf({ chunks }: Content): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > textLimit) {
      throw new Unavailable(`more than ${textLimit / 2 ** 20} MiB where a text should be`, false);
    }
    pieces.push(chunk);
  }
  return Buffer.concat(pieces).toString("utf8");
}
