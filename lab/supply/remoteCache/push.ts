/** Filling of a remote cache: products are packed and put there, then their sums with a signature. */
import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { run } from "../../command";
import { exists, readText } from "../../files";
import { withLock } from "../../lock";
import { formatSeconds, type Progress, withHeartbeat } from "../../progress";
import { cacheRoot } from "../../settings";
import { pack } from "./archive";
import { amount } from "./download";
import type { Location, OciLocation } from "./location";
import { tagOf } from "./oci";
import { archiveEnding, archiveName, type Product } from "./product";
import { type SignedSums, signedSums, sourceOf } from "./remoteCache";
import { Unavailable, UntrustedCache, usualLimits } from "./source";
import { formatSums, keptSignatures, publicKey, sign, signatureFile, signaturesIn, sumsFile } from "./sums";

/** A place that can be filled: everything but a web server, behind which is a folder. */
type PushLocation = Exclude<Location, { kind: "http" }>;

export interface Push {
  readonly to: PushLocation;
  /** Path of the private key that signs. */
  readonly key: string;
  /** Path of a file with signers whose sums may be signed again, beside the key's own; empty: none. */
  readonly signers: string;
  /** Path of the crane program; only a registry needs it. */
  readonly crane: () => Promise<string>;
}

/** What a push did. */
export interface Pushed {
  readonly pushed: number;
  readonly bytes: number;
  readonly present: number;
  /** Line of an allowed-signers file for the key. */
  readonly signer: string;
}

/**
 * Puts products into a remote cache, without those that are in it. Sums and signature are last, so that a reader never
 * sees a sum without its archive. An interrupted push leaves a cache that is good, and the next one goes on.
 */
export async function pushProducts(
  products: readonly (Product & { readonly folder: string })[],
  push: Push,
  progress: Progress,
): Promise<Pushed> {
  const scratch = join(cacheRoot(), "push");
  const waiting = (holder: string) => progress(`waiting for ${holder}, which pushes too`);
  const request = { holder: `process ${process.pid}`, waiting };
  return withLock(join(cacheRoot(), ".push.lock"), request, async () => {
    try {
      await rm(scratch, { recursive: true, force: true });
      await mkdir(scratch, { recursive: true, mode: 0o700 });
      return await pushFrom(scratch, products, push, progress);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

async function pushFrom(
  scratch: string,
  products: readonly (Product & { readonly folder: string })[],
  push: Push,
  progress: Progress,
): Promise<Pushed> {
  const signer = `perigee-lab ${await publicKey(push.key)}`;
  const put =
    push.to.kind === "folder" ? await intoFolder(push.to.folder) : intoRegistry(push.to, await push.crane());
  const before = await sumsToKeep(scratch, push, { signer, progress });
  const sums = new Map(before.sums);
  let bytes = 0;
  for (const [index, product] of products.entries()) {
    const file = archiveName(product);
    if (sums.has(file)) continue;
    const start = Date.now();
    const at = `[${index + 1}/${products.length}] ${product.name}`;
    const archive = join(scratch, file);
    const packed = await withHeartbeat(
      () => progress(`${at}: packing and pushing, ${formatSeconds(Date.now() - start)} so far`),
      async () => {
        const result = await pack(product.folder, archive, product.asRoot);
        await put(archive, file);
        return result;
      },
    );
    await rm(archive);
    sums.set(file, packed.sha256);
    bytes += packed.bytes;
    progress(`${at}: ${amount(packed.bytes)} in ${formatSeconds(Date.now() - start)}`);
  }
  const pushed = sums.size - before.sums.size;
  if (pushed > 0) {
    const text = formatSums(sums);
    const signatures = [await sign(text, push.key), ...signaturesIn(before.signatures)].slice(
      0,
      keptSignatures,
    );
    await putText(scratch, signatureFile, signatures.join(""), put);
    await putText(scratch, sumsFile, text, put);
  }
  return { pushed, bytes, present: products.length - pushed, signer };
}

/**
 * Sums that the cache has already. A signature of this push is for all of them: those of somebody else are not signed
 * unseen.
 */
async function sumsToKeep(
  scratch: string,
  { to, signers }: Push,
  { signer, progress }: { readonly signer: string; readonly progress: Progress },
): Promise<SignedSums> {
  const trusted = join(scratch, "signers");
  await writeFile(trusted, `${signer}\n${signers === "" ? "" : ((await readText(signers)) ?? "")}`);
  const none = { sums: new Map<string, string>(), signatures: "" };
  try {
    return (await signedSums(sourceOf(to, usualLimits), trusted, usualLimits)) ?? none;
  } catch (error) {
    if (error instanceof UntrustedCache) {
      throw notSigned(to.said, error.message.replace(trusted, "this push"));
    }
    // So ghcr.io answers for a repository that is not there yet, and for one that is not public.
    if (to.kind !== "folder" && error instanceof Unavailable && !error.again) {
      progress(
        `${to.said} lets nobody read (${error.message}): it is filled anew, and has to be made public`,
      );
      return none;
    }
    throw error;
  }
}

function notSigned(where: string, reason: string): UntrustedCache {
  return new UntrustedCache(
    `${sumsFile} in ${where} is of somebody else, and a push would sign it: ${reason}. Push with the key that signed ` +
      "it, name its public key in PERIGEE_LAB_CACHE_SIGNERS, or push somewhere else.",
  );
}

type Put = (path: string, file: string) => Promise<void>;

async function putText(scratch: string, file: string, text: string, put: Put): Promise<void> {
  const path = join(scratch, file);
  await writeFile(path, text);
  await put(path, file);
}

async function intoFolder(folder: string): Promise<Put> {
  await mkdir(folder, { recursive: true });
  return async (path, file) => {
    const unfinished = join(folder, `.unfinished-${file}`);
    try {
      await copyFile(path, unfinished);
      await rename(unfinished, join(folder, file));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  };
}

/** crane pushes with the credentials of `crane auth login` or `docker login`. */
function intoRegistry({ registry, repository }: OciLocation, crane: string): Put {
  return async (path, file) => {
    const layer = file.endsWith(archiveEnding) ? path : await zipped(path);
    const reference = `${registry}/${repository}:${tagOf(file)}`;
    await run(crane, ["append", "--oci-empty-base", "--new_layer", layer, "--new_tag", reference], {
      limitMs: usualLimits.fileMs,
    });
  };
}

async function zipped(path: string): Promise<string> {
  const target = `${path}.zst`;
  await writeFile(target, zstdCompressSync((await readText(path)) ?? ""));
  return target;
}

/** Problems of a push that are known before it begins. */
export async function pushProblems(
  location: Location | { readonly problem: string },
  key: string,
): Promise<string[]> {
  const problems: string[] = [];
  if ("problem" in location) problems.push(location.problem);
  else if (location.kind === "http") {
    problems.push(`TO is ${location.said}: a web server is filled by its folder. Push there, or to oci://….`);
  }
  if (!(await exists(key))) {
    problems.push(`KEY is ${key}, which does not exist. It is the path of a private key of ssh.`);
  }
  return problems;
}
