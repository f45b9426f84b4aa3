/** Probes of this machine; they change nothing. */
import { access, constants, readdir, readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { CommandError, run } from "../command";
import { readText } from "../files";
import { bridgeName } from "../host/addresses";
import { bridgeExists } from "../host/hostNetwork";
import { cacheRoot, programFolders } from "../settings";
import { remoteCacheSettings } from "../supply/remoteCache/settings";
import type { ComponentName } from "../supply/toolchain/components";
import { checkedGoVersion, MissingTools } from "../supply/toolchain/preflight";
import { distributionOf } from "./distribution";
import type { HostFacts, Route } from "./hostFacts";
import { folderFacts, nearestFolder } from "./labFolder";
import { memoryHere } from "./memory";
import type { Missing } from "./missingPackages";
import { kernelFeatures, type Requirement, requirements } from "./requirements";

/**
 * All facts that preflight checks.
 * @param components what is to be built
 */
export async function hostFacts(
  stateFolder: string,
  components: readonly ComponentName[],
): Promise<HostFacts> {
  const missing = await missingHere(components.length > 0);
  const has = (name: string): boolean =>
    !missing.requirements.some((requirement) => requirement.name === name);
  const root = process.getuid?.() === 0;
  return {
    platform: process.platform,
    architecture: process.arch,
    root,
    cpus: cpus().length,
    memory: await memoryHere(),
    stateFolder: await folderFacts(stateFolder),
    cacheFolder: await folderFacts(cacheRoot()),
    built: components.length === 0 || (await everBuilt()),
    missing,
    filesystems: await readFile("/proc/filesystems", "utf8"),
    overlayModule: await moduleAvailable("overlay"),
    bridgeNetfilter: (await reachable("/proc/sys/net/bridge")) || (await moduleAvailable("br_netfilter")),
    loopControl: (await reachable("/dev/loop-control")) || (await moduleAvailable("loop")),
    cgroupsWritable: root ? await reachable("/sys/fs/cgroup", constants.W_OK) : undefined,
    failedFeatures: root ? await failedFeatures(has) : undefined,
    routes: has("ip") ? (JSON.parse((await run("ip", ["-j", "-4", "route"])) || "[]") as Route[]) : [],
    bridgeAlias: has("ip") ? await bridgeAlias() : undefined,
    listening: await listening(),
    toolchain: await toolchainProblems(has, components),
    remoteCache: (await remoteCacheSettings()).problems,
  };
}

/** What this machine lacks, and which distribution it is. */
async function missingHere(builds: boolean): Promise<Missing> {
  // os-release(5): the second where the first is not there.
  const release = (await readText("/etc/os-release")) ?? (await readText("/usr/lib/os-release")) ?? "";
  const lacking: Requirement[] = [];
  for (const requirement of requirements) {
    if (requirement.forBuilds === true && !builds) continue;
    if (!(await isThere(requirement))) lacking.push(requirement);
  }
  return { distribution: distributionOf(release), requirements: lacking };
}

async function isThere({ name, files }: Requirement): Promise<boolean> {
  if (files === undefined) return (await findProgram(name)) !== undefined;
  return (await Promise.all(files.map((file) => reachable(file)))).includes(true);
}

async function findProgram(program: string): Promise<string | undefined> {
  for (const folder of programFolders()) {
    const path = join(folder, program);
    if (await reachable(path, constants.X_OK)) return path;
  }
  return undefined;
}

/** Kernel features that failed a test in temporary namespaces; none where the programs for it are not there yet. */
async function failedFeatures(has: (program: string) => boolean): Promise<string[]> {
  if (!["ip", "nft", "unshare"].every(has)) return [];
  const folder = await nearestFolder(cacheRoot());
  const tries = kernelFeatures.map(async ({ feature, tried }) =>
    run("unshare", ["--net", "--mount", "sh", "-c", tried, "sh", folder]).then(
      () => undefined,
      () => feature,
    ),
  );
  return (await Promise.all(tries)).filter((feature) => feature !== undefined);
}

/** The alias by which `networkUp` marks the bridge; empty for a bridge of that name that is not the lab's. */
async function bridgeAlias(): Promise<string | undefined> {
  if (!(await bridgeExists())) return undefined;
  const [link] = JSON.parse(await run("ip", ["-j", "link", "show", bridgeName])) as { ifalias?: string }[];
  return link?.ifalias ?? "";
}

/** Local addresses of listening sockets, as in /proc/net: `0100000A:0035`. */
async function listening(): Promise<string[]> {
  const found: string[] = [];
  for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
    const text = await readFile(`/proc/net/${table}`, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const [, local, , state] = line.trim().split(/\s+/);
      // TCP: LISTEN; UDP: bound and not connected.
      if (local !== undefined && (state === "0A" || (state === "07" && table.startsWith("udp")))) {
        found.push(local);
      }
    }
  }
  return found;
}

/** Problems of the toolchain, except for programs whose packages are named already. */
async function toolchainProblems(
  has: (program: string) => boolean,
  components: readonly ComponentName[],
): Promise<string[]> {
  if (components.length === 0) return [];
  const named = [...(has("gcc") ? [] : ["C compiler"]), ...(has("flock") ? [] : ["flock"])];
  try {
    await checkedGoVersion(components);
    return [];
  } catch (error) {
    if (!(error instanceof MissingTools)) throw error;
    return error.problems.filter((problem) => !named.some((name) => problem.includes(name)));
  }
}

/** True when a `make up` here reached the container images, which are made last: the disk space is already used. */
async function everBuilt(): Promise<boolean> {
  const entries = await readdir(join(cacheRoot(), "images")).catch(() => []);
  return entries.some((entry) => !entry.startsWith("."));
}

/** True also where modprobe is not there to tell: it is asked again once it is installed. */
async function moduleAvailable(name: string): Promise<boolean> {
  return run("modprobe", ["--dry-run", "--quiet", name]).then(
    () => true,
    (error: unknown) => error instanceof CommandError && error.code === "ENOENT",
  );
}

async function reachable(path: string, mode = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
