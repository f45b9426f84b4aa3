/** The released Pulumi CLI, downloaded into the lab's cache. */
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import pulumiPackage from "@pulumi/pulumi/package.json";
import { run } from "../../command";
import type { Progress } from "../../progress";
import { ensureCacheEntry } from "../../supply/cacheEntry";
import { download } from "../../supply/remoteCache/download";
import { httpSource } from "../../supply/remoteCache/http";
import { usualLimits } from "../../supply/remoteCache/source";

/** Version of the CLI: the one of the SDK. */
export const releasedVersion: string = pulumiPackage.version;

const released = `https://get.pulumi.com/releases/sdk/pulumi-v${releasedVersion}-linux-x64.tar.gz`;

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
        await unpacked(url, target, (state) => progress(`pulumi: ${state}`));
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
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

async function unpacked(url: string, target: string, progress: Progress): Promise<void> {
  const archive = join(target, "pulumi.tar.gz");
  const base = new URL(".", url).href;
  const source = httpSource({ kind: "http", said: base, base }, usualLimits);
  const found = await download(source, basename(url), archive, { limits: usualLimits, progress });
  if (found === undefined) throw new Error("it answers 404");
  await mkdir(join(target, "archive"));
  await run("tar", ["--extract", "--gzip", "--file", archive, "--directory", join(target, "archive")]);
  await rename(join(target, "archive", "pulumi"), join(target, "bin"));
  await rm(archive);
  await rm(join(target, "archive"), { recursive: true });
  const said = await run(join(target, "bin", "pulumi"), ["version"]);
  if (said.trim() !== `v${releasedVersion}`) throw new Error(`it says that it is ${said.trim()}`);
}
