/** Choice of the Pulumi CLI and the Node language host: the user's where recent enough, else the lab's. */
import { access, constants } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { run } from "../../command";
import type { Progress } from "../../progress";
import { buildToolchain, program } from "../../supply/toolchain/build";
import type { ComponentName } from "../../supply/toolchain/components";
import { ensureReleasedCli, releasedVersion } from "./releasedCli";
import { standIns } from "./standIns";

/** Oldest accepted release, with which the lab is built and tested. Older ones lack features that it uses. */
const oldest = [3, 259, 0] as const;

export interface Cli {
  /** Absolute path of `pulumi`. */
  readonly pulumi: string;
  /** Folders that must be on PATH for it: its own, and the language host's. */
  readonly folders: readonly string[];
  /** Origin, for the user: `v3.259.0 from PATH`. */
  readonly origin: string;
}

const chosen = new Map<string, Promise<Cli>>();

/**
 * The CLI, chosen once per search path and process. When PATH has none: the released one, or one that is built
 * (minutes, the first time).
 * @param released true when the host of Pulumi's releases can be reached
 */
export function pulumiCli(searchPath: string, progress: Progress, released = false): Promise<Cli> {
  const key = JSON.stringify([searchPath, released]);
  const known = chosen.get(key) ?? choose(searchPath, progress, released);
  chosen.set(key, known);
  return known;
}

/** Components that {@link pulumiCli} builds: none when PATH has a recent enough CLI. */
export async function cliComponents(searchPath: string): Promise<ComponentName[]> {
  return (await recentCli(searchPath)) === undefined ? ["pulumi"] : [];
}

/** The CLI on a search path and its version; undefined when there is none, or an old one. */
async function recentCli(searchPath: string): Promise<{ found: string; version: number[] } | undefined> {
  const found = await onPath("pulumi", searchPath);
  const version = found === undefined ? undefined : await versionOf(found);
  return found !== undefined && version !== undefined && isGoodEnough(version)
    ? { found, version }
    : undefined;
}

async function choose(searchPath: string, progress: Progress, released: boolean): Promise<Cli> {
  const recent = await recentCli(searchPath);
  if (recent !== undefined) {
    const { found, version } = recent;
    // A released CLI has its language hosts in the same folder.
    const beside = await executable(join(dirname(found), "pulumi-language-nodejs"));
    const host = beside ?? (await onPath("pulumi-language-nodejs", searchPath));
    const folder = host === undefined ? standIns.nodejs : dirname(host);
    return { pulumi: found, folders: [dirname(found), folder], origin: `v${version.join(".")} from PATH` };
  }
  if (released) {
    const folder = await ensureReleasedCli(progress);
    return { pulumi: join(folder, "pulumi"), folders: [folder], origin: `v${releasedVersion} released` };
  }
  const pulumi = program(await buildToolchain(["pulumi"], progress), "pulumi");
  const folders = [dirname(pulumi), standIns.nodejs];
  return { pulumi, folders, origin: `v${oldest.join(".")} built from its module` };
}

/** Path of an executable on a search path, or undefined. */
export async function onPath(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    const found = folder === "" ? undefined : await executable(join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function executable(file: string): Promise<string | undefined> {
  return access(file, constants.X_OK).then(
    () => file,
    () => undefined,
  );
}

async function versionOf(pulumi: string): Promise<number[] | undefined> {
  const stdout = await run(pulumi, ["version"], { limitMs: 20_000 }).catch(() => "");
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(stdout.trim());
  return found === null ? undefined : found.slice(1).map(Number);
}

/** @param version major, minor, patch */
export function isGoodEnough(version: readonly number[]): boolean {
  const different = oldest.findIndex((part, index) => part !== version[index]);
  if (different === -1) return true;
  return (version[different] ?? 0) > (oldest[different] ?? 0);
}
