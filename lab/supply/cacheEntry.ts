/** Cache of build products, by a hash of their inputs: each entry is complete or absent. */
import { AsyncLocalStorage } from "node:async_hooks";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../files";
import { withLock } from "../lock";
import type { Progress } from "../progress";
import { cacheRoot } from "../settings";
import type { Product } from "./remoteCache/product";
import { givenRemoteCache } from "./remoteCache/remoteCache";

/** A build product that is stored by the hash of its inputs. */
export interface CacheEntry extends Product {
  /** True for what never leaves this machine nor comes from another one, such as a private key. */
  readonly onlyHere?: boolean;
  readonly progress: Progress;
  /** Builds the product in an empty folder, which is then renamed into place. */
  readonly build: (folder: string) => Promise<void>;
}

/**
 * Folder of a build product, which is taken from the remote cache or built when it is missing.
 *
 * A folder under its final name is always complete: the product is made beside it and renamed. An interrupted build
 * leaves a folder that the next one removes; two builds of one product wait for each other.
 */
export async function ensureCacheEntry(entry: CacheEntry): Promise<string> {
  const parent = join(cacheRoot(), entry.name);
  const final = join(parent, entry.key);
  const listing = listings.getStore();
  if (listing !== undefined) {
    listing.push(entry);
    return final;
  }
  if (await exists(final)) return final;
  const waiting = (holder: string) => entry.progress(`${entry.name}: waiting for ${holder}, which makes it`);
  await withLock(join(parent, ".lock"), { holder: `process ${process.pid}`, waiting }, async () => {
    if (await exists(final)) return;
    await clearInterrupted(parent);
    const unfinished = join(parent, `${unfinishedPrefix}${process.pid}-${entry.key.slice(0, 12)}`);
    await mkdir(unfinished, { recursive: true });
    try {
      if (!(await takenFromCache(entry, unfinished))) await entry.build(unfinished);
      await rename(unfinished, final);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  });
  return final;
}

async function takenFromCache(entry: CacheEntry, folder: string): Promise<boolean> {
  if (entry.onlyHere) return false;
  const cache = await givenRemoteCache();
  return (await cache?.take(entry, { folder, archive: `${folder}.tar.zst` }, entry.progress)) ?? false;
}

const listings = new AsyncLocalStorage<CacheEntry[]>();

/** A product that can go to a remote cache. */
export interface ListedProduct extends Product {
  readonly folder: string;
  /** False when it was not made on this machine yet. */
  readonly complete: boolean;
}

/** The products that `work` asks for and that may leave this machine. Nothing is made, also what is missing. */
export async function productsOf(work: () => Promise<unknown>): Promise<ListedProduct[]> {
  const entries: CacheEntry[] = [];
  await listings.run(entries, work);
  const portable = entries.filter(({ onlyHere }) => !onlyHere);
  const byFolder = new Map(portable.map((entry) => [join(cacheRoot(), entry.name, entry.key), entry]));
  return Promise.all(
    [...byFolder].map(async ([folder, { name, key, asRoot }]) => ({
      name,
      key,
      ...(asRoot && { asRoot }),
      folder,
      complete: await exists(folder),
    })),
  );
}

const unfinishedPrefix = ".unfinished-";

async function clearInterrupted(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(unfinishedPrefix));
  for (const name of names) await rm(join(parent, name), { recursive: true, force: true });
}
