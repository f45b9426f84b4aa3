/** Probes of this machine; they change nothing. */
import { access, constants, readdir, readFile, statfs } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../command";
import { bridgeName } from "../host/addresses";
import { bridgeExists } from "../host/hostNetwork";
import { cacheRoot, programFolders } from "../settings";
import { remoteCacheSettings } from "../supply/remoteCache/settings";
import { componentNames } from "../supply/toolchain/components";
import { checkedGoVersion, MissingTools } from "../supply/toolchain/preflight";
import type { HostFacts, Route } from "./preflightProblems";
import { files, kernelFeatures, programs } from "./requirements";

/** All facts that preflight checks. */
export async function hostFacts(stateFolder: string): Promise<HostFacts> {
  const missingPackages = await absentPackages();
  const has = async (program: string): Promise<boolean> => (await findProgram(program)) !== undefined;
  const network = await has("ip");
  return {
    platform: process.platform,
    architecture: process.arch,
    root: process.getuid?.() === 0,
    cpus: cpus().length,
    memoryKiB: kibibytes(await readFile("/proc/meminfo", "utf8"), "MemAvailable"),
    stateDiskBytes: await freeBytes(stateFolder),
    cacheDiskBytes: await freeBytes(cacheRoot()),
    built: await everBuilt(),
    missingPackages,
    apt: await has("apt-get"),
    filesystems: await readFile("/proc/filesystems", "utf8"),
    overlayModule: await moduleAvailable("overlay"),
    bridgeNetfilter: (await reachable("/proc/sys/net/bridge")) || (await moduleAvailable("br_netfilter")),
    loopControl: await reachable("/dev/loop-control"),
    cgroupsWritable: await reachable("/sys/fs/cgroup", constants.W_OK),
    failedFeatures: network && (await has("nft")) ? await failedFeatures() : [],
    routes: network ? (JSON.parse((await run("ip", ["-j", "-4", "route"])) || "[]") as Route[]) : [],
    bridgeAlias: network ? await bridgeAlias() : undefined,
    listening: await listening(),
    toolchain: await toolchainProblems(missingPackages),
    remoteCache: (await remoteCacheSettings()).problems,
  };
}

/** Missing Debian packages, by the programs and files that they provide. */
async function absentPackages(): Promise<string[]> {
  const missing: string[] = [];
  for (const { program, debian } of programs) {
    if ((await findProgram(program)) === undefined) missing.push(debian);
  }
  for (const { file, debian } of files) if (!(await reachable(file))) missing.push(debian);
  return [...new Set(missing)];
}

async function findProgram(program: string): Promise<string | undefined> {
  for (const folder of programFolders()) {
    const path = join(folder, program);
    if (await reachable(path, constants.X_OK)) return path;
  }
  return undefined;
}

/** Kernel features that failed a test in a temporary network namespace. */
async function failedFeatures(): Promise<string[]> {
  if (process.getuid?.() !== 0) return []; // only root can run the tests
  const tries = kernelFeatures.map(async ({ feature, tried }) =>
    run("unshare", ["--net", "sh", "-c", tried]).then(
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

/** Problems of the toolchain, except for packages that will be installed. */
async function toolchainProblems(missingPackages: readonly string[]): Promise<string[]> {
  try {
    await checkedGoVersion(componentNames);
    return [];
  } catch (error) {
    if (!(error instanceof MissingTools)) throw error;
    return error.problems.filter(
      (problem) => !missingPackages.includes("gcc") || !problem.includes("C compiler"),
    );
  }
}

/** True when a `make up` here reached the container images, which are made last: the disk space is already used. */
async function everBuilt(): Promise<boolean> {
  const entries = await readdir(join(cacheRoot(), "images")).catch(() => []);
  return entries.some((entry) => !entry.startsWith("."));
}

async function moduleAvailable(name: string): Promise<boolean> {
  return run("modprobe", ["--dry-run", "--quiet", name]).then(
    () => true,
    () => false,
  );
}

/** Free bytes on the disk of a folder that may not exist yet. */
async function freeBytes(folder: string): Promise<number> {
  if (!(await reachable(folder)) && folder !== "/") return freeBytes(dirname(folder));
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function kibibytes(meminfo: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(meminfo)?.[1] ?? 0);
}

async function reachable(path: string, mode = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
