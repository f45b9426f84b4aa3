/** The released Pulumi CLI, downloaded into the lab's cache. */
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pulumiPackage from "@pulumi/pulumi/package.json";
import { run } from "../../command";
import { fetchFailure } from "../../fetchFailure";
import type { Progress } from "../../progress";
import { ensureCacheEntry } from "../../supply/cacheEntry";

/** Version of the CLI: the one of the SDK. */
export const releasedVersion: string = pulumiPackage.version;

const released = `https://get.pulumi.com/releases/sdk/pulumi-v${releasedVersion}-linux-x64.tar.gz`;

/** Time limit of the download (about 100 MB). */
const downloadLimitMs = 600_000;

/**
 * Folder of the released CLI and its language hosts.
 * @throws Error with the URL and the reason when it cannot be downloaded or is not what it should be
 */
export async function ensureReleasedCli(progress: Progress, url = released): Promise<string> {
  const folder = await ensureCacheEntry({
    name: "pulumi",
    key: `v${releasedVersion}`,
    progress,
    build: async (target) => {
      progress(`pulumi: downloading ${url}`);
      try {
        await download(url, target);
      } catch (cause) {
        const reason = fetchFailure(cause);
        throw new Error(
          `The Pulumi CLI could not be taken from ${url}: ${reason}.\n` +
            "Try again, put a `pulumi` on PATH, or have it built:  LAB_SOURCES=built make up",
          { cause },
        );
      }
    },
  });
  return join(folder, "bin");
}

async function download(url: string, target: string): Promise<void> {
  const archive = join(target, "pulumi.tar.gz");
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadLimitMs) });
  if (!response.ok || response.body === null) throw new Error(`it answers ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(archive));
  await mkdir(join(target, "archive"));
  await run("tar", ["--extract", "--gzip", "--file", archive, "--directory", join(target, "archive")]);
  await rename(join(target, "archive", "pulumi"), join(target, "bin"));
  await rm(archive);
  await rm(join(target, "archive"), { recursive: true });
  const said = await run(join(target, "bin", "pulumi"), ["version"]);
  if (said.trim() !== `v${releasedVersion}`) throw new Error(`it says that it is ${said.trim()}`);
}
