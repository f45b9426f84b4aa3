/** The remote cache: products are taken from it when a signer that this machine trusts put them there. */
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatSeconds, type Progress } from "../../progress";
import { unpack } from "./archive";
import { amount, download, withoutSpace, withRetries } from "./download";
import { folderSource } from "./folder";
import { httpSource } from "./http";
import type { Location } from "./location";
import { ociSource, textOf } from "./oci";
import { archiveName, type Product } from "./product";
import { type RemoteCacheSettings, remoteCacheSettings } from "./settings";
import { type CacheSource, type Limits, Unavailable, UntrustedCache, usualLimits } from "./source";
import { parseSums, signatureFile, signatureProblem, type Sums, sumsFile } from "./sums";

/** Where a product goes. */
export interface Target {
  /** Path of the archive while it is on its way; removed in any case. */
  readonly archive: string;
  /** Empty folder, which is empty or complete afterwards, or of no use after an error. */
  readonly folder: string;
}

const opened = new Map<string, RemoteCache>();

/**
 * The remote cache that PERIGEE_LAB_CACHE names, the same for the whole life of this process: what is wrong with it is
 * said once.
 * @throws Error with all problems of its settings
 */
export async function givenRemoteCache(): Promise<RemoteCache | undefined> {
  const { settings, problems } = await remoteCacheSettings();
  if (problems.length > 0) throw new Error(problems.join("\n"));
  if (settings === undefined) return undefined;
  const id = JSON.stringify(settings);
  const cache = opened.get(id) ?? new RemoteCache(settings);
  opened.set(id, cache);
  return cache;
}

/** Files of a location. */
export function sourceOf(location: Location, limits: Limits): CacheSource {
  if (location.kind === "folder") return folderSource(location.folder);
  return location.kind === "http" ? httpSource(location, limits) : ociSource(location, limits);
}

export class RemoteCache {
  private readonly source: CacheSource;
  private sums: Promise<Sums> | undefined;
  /** True once the cache could not be reached: it is not asked again. */
  private away = false;

  constructor(
    private readonly settings: RemoteCacheSettings,
    private readonly limits: Limits = usualLimits,
  ) {
    this.source = sourceOf(settings.location, limits);
  }

  /**
   * True when the product is in its folder; false when it must be built, which is said where it is not expected.
   * @throws UntrustedCache when the cache has something else than a signer put there; the product is not used
   */
  async take(product: Product, { archive, folder }: Target, progress: Progress): Promise<boolean> {
    // What only root can unpack, only root can build: that says so itself, without a download.
    if (product.asRoot && process.getuid?.() !== 0) return false;
    this.sums ??= this.readSums(progress);
    const expected = (await this.sums).get(archiveName(product));
    if (expected === undefined || this.away) return false;
    const start = Date.now();
    const say = (state: string) => progress(`${product.name}: ${state}`);
    try {
      const file = archiveName(product);
      const found = await download(this.source, file, archive, { limits: this.limits, progress: say });
      if (found === undefined) {
        say(`its sum is in the cache ${this.source.said}, its archive is not: it is made here`);
        return false;
      }
      if (found.sha256 !== expected) {
        throw this.untrusted(file, `its SHA-256 is ${found.sha256}, expected is ${expected}`);
      }
      await this.unpacked(product, { archive, folder });
      say(`${amount(found.bytes)} from the cache in ${formatSeconds(Date.now() - start)}`);
      return true;
    } catch (error) {
      this.saidAway(error, progress);
      return false;
    } finally {
      await rm(archive, { force: true });
    }
  }

  private async unpacked(product: Product, { archive, folder }: Target): Promise<void> {
    try {
      await unpack(archive, folder, product.asRoot);
    } catch (error) {
      const full = withoutSpace(error, dirname(folder));
      if (full !== undefined) throw full;
      const reason = error instanceof Error ? error.message : String(error);
      const file = archiveName(product);
      if (error instanceof UntrustedCache) {
        throw this.untrusted(file, `expected are paths in its folder: ${reason}`);
      }
      throw new Error(`${file} from ${this.source.said} cannot be unpacked: ${reason}`, { cause: error });
    }
  }

  /** The signed sums; none where the cache cannot be reached, or has none. */
  private async readSums(progress: Progress): Promise<Sums> {
    try {
      const signed = await signedSums(this.source, this.settings.signers, this.limits);
      if (signed !== undefined) return signed.sums;
      progress(`the cache ${this.source.said} has no ${sumsFile}: what is missing is made here`);
    } catch (error) {
      if (error instanceof UntrustedCache) throw this.untrusted(sumsFile, error.message);
      this.saidAway(error, progress);
    }
    return new Map();
  }

  private saidAway(error: unknown, progress: Progress): void {
    if (!(error instanceof Unavailable)) throw error;
    if (!this.away) {
      progress(
        `the cache ${this.source.said} cannot be read (${error.message}): what is missing is made here`,
      );
    }
    this.away = true;
  }

  private untrusted(file: string, reason: string): UntrustedCache {
    const way =
      "Ask who keeps the cache to fill it again (make cache-push), or unset PERIGEE_LAB_CACHE to build all.";
    return new UntrustedCache(`${file} from ${this.source.said} is not used: ${reason}. ${way}`);
  }
}

/** Sums of a cache, and its file of signatures. */
export interface SignedSums {
  readonly sums: Sums;
  readonly signatures: string;
}

/**
 * Sums of a cache with a good signature; undefined when it has no sums at all.
 *
 * Sums and signature are two files: where somebody copies a cache, one of them may be behind the other for a moment.
 * @throws UntrustedCache when they are not signed by one of the signers
 */
export async function signedSums(
  source: CacheSource,
  signers: string,
  limits: Limits,
): Promise<SignedSums | undefined> {
  let problem = "";
  for (const pause of [...limits.pausesMs, 0]) {
    const text = await smallFile(source, sumsFile, limits);
    if (text === undefined) return undefined;
    const signatures = await smallFile(source, signatureFile, limits);
    const found =
      signatures === undefined
        ? { reason: `it is not signed: expected is ${signatureFile} beside it`, mismatch: true }
        : await signatureProblem(text, signatures, signers);
    if (found === undefined) return { sums: parseSums(text), signatures: signatures ?? "" };
    problem = found.reason;
    if (!found.mismatch) break;
    await sleep(pause);
  }
  throw new UntrustedCache(problem);
}

async function smallFile(source: CacheSource, file: string, limits: Limits): Promise<string | undefined> {
  return withRetries(limits, async () => {
    const content = await source.open(file);
    return content === undefined ? undefined : textOf(content);
  });
}
