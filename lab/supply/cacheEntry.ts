/** Cache of build products, by a hash of their inputs: each entry is complete or absent. */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../files";
import { withLock } from "../lock";
import type { Progress } from "../progress";
import { cacheRoot } from "../settings";

/** A build product that is stored by the hash of its inputs. */
export interface CacheEntry {
  /** Path below the cache root, e.g. `toolchain/crane`. */
  name: string;
  /** Hash of the product's inputs: another hash is another product. */
  key: string;
  progress: Progress;
  /** Builds the product in an empty folder, which is then renamed into place. */
  build: (folder: string) => Promise<void>;
}

/**
 * Folder of a build product, which is built when it is missing.
 *
 * A folder under its final name is always complete: the product is built beside it and renamed. An interrupted build
 * leaves a folder that the next one removes; two builds of one product wait for each other.
 */
export async function ensureCacheEntry(entry: CacheEntry): Promise<string> {
  const parent = join(cacheRoot(), entry.name);
  const final = join(parent, entry.key);
  if (await exists(final)) return final;
  const waiting = (holder: string) => entry.progress(`${entry.name}: waiting for ${holder}, which builds it`);
  await withLock(join(parent, ".lock"), { holder: `process ${process.pid}`, waiting }, async () => {
    if (await exists(final)) return;
    await clearInterrupted(parent);
    const unfinished = join(parent, `${unfinishedPrefix}${process.pid}-${entry.key.slice(0, 12)}`);
    await mkdir(unfinished, { recursive: true });
    try {
      await entry.build(unfinished);
      await rename(unfinished, final);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  });
  return final;
}

const unfinishedPrefix = ".unfinished-";

async function clearInterrupted(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(unfinishedPrefix));
  for (const name of names) await rm(join(parent, name), { recursive: true, force: true });
}
