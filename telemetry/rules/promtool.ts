import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { debianCache, plainEnvironment, programFolders } from "./settings";

const run = promisify(execFile);

/** Programs of Debian's package `prometheus`. */
export type PrometheusProgram = "promtool" | "prometheus";

const packageName = "prometheus";
const downloadTimeoutMs = 120_000;

/**
 * The path of promtool or prometheus: on PATH, else in the cache, else taken out of Debian's package into the cache.
 * Needs no root, and nothing is installed.
 * @throws Error that says what to install where none of the three can be had
 */
export async function prometheusProgram(name: PrometheusProgram): Promise<string> {
  const installed = await firstExecutable(programFolders().map((folder) => join(folder, name)));
  if (installed !== undefined) return installed;
  const cached = join(debianCache(), packageName, "usr", "bin", name);
  if ((await firstExecutable([cached])) === undefined)
    await extractPackage(join(debianCache(), packageName), name);
  return cached;
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isExecutable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) return path;
  }
  return undefined;
}

/** Extracted beside its place and renamed, so that a second process never sees half of it. */
async function extractPackage(target: string, wanted: PrometheusProgram): Promise<void> {
  await mkdir(debianCache(), { recursive: true });
  const work = await mkdtemp(join(debianCache(), `.${packageName}-`));
  try {
    const options = { cwd: work, env: plainEnvironment(), timeout: downloadTimeoutMs };
    await run("apt-get", ["download", packageName], options);
    const archive = (await readdir(work)).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get download left no .deb file");
    await run("dpkg-deb", ["-x", archive, "root"], options);
    await rename(join(work, "root"), target).catch(async (error: unknown) => {
      // Another process was quicker.
      if ((await firstExecutable([join(target, "usr", "bin", wanted)])) === undefined) throw error;
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(
      `${wanted} is not on PATH and could not be taken from Debian's package ${packageName} ` +
        `(apt-get download, dpkg-deb): ${reason}. Install the package, or put ${wanted} on PATH.`,
      { cause: error },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
