/** Download of a file of the cache, with its SHA-256, its progress, and further tries. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { formatSeconds, type Progress, withHeartbeat } from "../../progress";
import { type CacheSource, type Content, type Limits, Unavailable } from "./source";

/** Result of a download. */
export interface Downloaded {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * SHA-256 and size of a file that was downloaded; undefined when the cache does not have it.
 * @throws Unavailable after the last try
 */
export async function download(
  source: CacheSource,
  file: string,
  to: string,
  { limits, progress }: { readonly limits: Limits; readonly progress: Progress },
): Promise<Downloaded | undefined> {
  const start = Date.now();
  return withRetries(limits, async () => {
    const content = await source.open(file);
    if (content === undefined) return undefined;
    let bytes = 0;
    const hash = createHash("sha256");
    const count = (chunk: Uint8Array) => {
      hash.update(chunk);
      bytes += chunk.length;
    };
    const say = () =>
      progress(`${amount(bytes, content.bytes)} downloaded in ${formatSeconds(Date.now() - start)}`);
    await withHeartbeat(say, () => write(content, to, count), 15_000);
    if (content.bytes !== undefined && bytes !== content.bytes) {
      throw new Unavailable(`it ended after ${amount(bytes, content.bytes)}`, true);
    }
    return { sha256: hash.digest("hex"), bytes };
  });
}

/** Work that is tried again, after a pause, while that may help. */
export async function withRetries<T>({ pausesMs }: Limits, work: () => Promise<T>): Promise<T> {
  for (const pause of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || !error.again) throw error;
      await sleep(pause);
    }
  }
  return work();
}

async function write({ chunks }: Content, to: string, count: (chunk: Uint8Array) => void): Promise<void> {
  const counted = async function* () {
    for await (const chunk of chunks) {
      count(chunk);
      yield chunk;
    }
  };
  try {
    await pipeline(counted, createWriteStream(to));
  } catch (error) {
    throw withoutSpace(error, dirname(to)) ?? error;
  }
}

/** An error for people where a disk is full; undefined for every other error. */
export function withoutSpace(error: unknown, folder: string): Error | undefined {
  const full = error instanceof Error && /ENOSPC|EDQUOT|No space left|quota exceeded/i.test(error.message);
  if (!full) return undefined;
  return new Error(
    `The disk of ${folder} is full. Free some, or set XDG_CACHE_HOME to a folder that has more; then go on.`,
    { cause: error },
  );
}

/** `12 of 54 MB`, `45 kB`. */
export function amount(bytes: number, of = bytes): string {
  const [unit, name, digits] = of < 1e6 ? [1e3, "kB", 0] : [1e6, "MB", of < 1e7 ? 1 : 0];
  const all = `${(of / unit).toFixed(digits)} ${name}`;
  return bytes === of ? all : `${(bytes / unit).toFixed(digits)} of ${all}`;
}
