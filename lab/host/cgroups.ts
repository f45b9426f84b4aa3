/** The lab's cgroups: one tree per machine in every hierarchy of the host. */
import { mkdir, readdir, readFile, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../command";
import { isMissing, namesIn, readText } from "../files";
import { signalProcess } from "../processes";
import type { LabFolders } from "../settings";

/** The machine's cgroup as runc is told it. */
export function machineCgroup(folders: LabFolders, id: string): string {
  return `/${folders.cgroup}/${id}`;
}

/** Mount points of the host's cgroup hierarchies (one on a cgroup v2 host, several on v1), from mountinfo text. */
export function cgroupMounts(mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => line.split(" ")[4] ?? "");
}

/**
 * cgroup v1 only: controllers that the kernel has but no hierarchy mounted on the host. Left so, every machine's
 * systemd mounts them for itself and shares their root with every other, and the kubelets delete each other's pods'
 * cgroups (seen). Whether a hierarchy exists (/proc/cgroups says so) does not matter: the mount may be in some
 * other mount namespace.
 */
export function unmountedControllers(procCgroups: string, mountinfo: string): string[] {
  const mounted = [...mountinfo.matchAll(/ - cgroup \S+ (\S+)$/gm)].flatMap((match) =>
    (match[1] ?? "").split(","),
  );
  if (mounted.length === 0) return [];
  const known = procCgroups.split("\n").map((line) => line.split("\t"));
  const has = (controller: string): boolean =>
    known.some(([name, , , enabled]) => name === controller && enabled === "1") &&
    !mounted.includes(controller);
  // Together by custom; whoever mounts them apart does so before any lab.
  const network = ["net_cls", "net_prio"].filter(has).join(",");
  return [...["hugetlb", "perf_event"].filter(has), ...(network === "" ? [] : [network])];
}

/** Mount points for the hierarchies that the lab has to add, to be recorded before they are made. */
export async function missingHierarchies(): Promise<string[]> {
  const missing = unmountedControllers(
    await readFile("/proc/cgroups", "utf8"),
    await readFile("/proc/self/mountinfo", "utf8"),
  );
  return missing.map((controllers) => join("/sys/fs/cgroup", controllers));
}

/** Mounts hierarchies, each at the folder named after its controllers. */
export async function mountHierarchies(points: readonly string[]): Promise<void> {
  const mounted = await hierarchies();
  for (const point of points.filter((wanted) => !mounted.includes(wanted))) {
    await mkdir(point, { recursive: true });
    await run("mount", ["-t", "cgroup", "-o", basename(point), "cgroup", point]);
  }
}

/** Unmounts hierarchies and removes their folders; nothing when they are gone already. */
export async function unmountHierarchies(points: readonly string[]): Promise<void> {
  const mounted = await hierarchies();
  for (const point of points) {
    if (mounted.includes(point)) await run("umount", [point]);
    await removeFolder(point);
  }
}

/** The cgroups of the lab, or of one machine, that exist: one folder per hierarchy. */
export async function labCgroups(folders: LabFolders, id?: string): Promise<string[]> {
  const path = id === undefined ? folders.cgroup : join(folders.cgroup, id);
  const found: string[] = [];
  for (const mount of await hierarchies()) {
    const parent = join(mount, path, "..");
    if ((await namesIn(parent)).includes(basename(path))) found.push(join(mount, path));
  }
  return found;
}

/** Kills every process in these cgroup trees, and returns when they are empty. */
export async function killAll(cgroups: readonly string[]): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const pids = await pidsBelow(cgroups);
    if (pids.size === 0) return;
    if (Date.now() > deadline) throw new Error(`processes ${[...pids].join(", ")} do not end`);
    for (const pid of pids) signalProcess(pid, "SIGKILL");
    await sleep(50);
  }
}

/** Removes empty cgroup trees, innermost first. */
export async function removeCgroups(cgroups: readonly string[]): Promise<void> {
  for (const cgroup of cgroups) {
    for (const folder of (await tree(cgroup)).reverse()) await removeFolder(folder);
  }
}

async function pidsBelow(cgroups: readonly string[]): Promise<Set<number>> {
  const pids = new Set<number>();
  for (const cgroup of cgroups) {
    for (const folder of await tree(cgroup)) {
      const members = (await readText(join(folder, "cgroup.procs"))) ?? "";
      for (const pid of members.split("\n")) if (Number(pid) > 0) pids.add(Number(pid));
    }
  }
  return pids;
}

/** A cgroup and all below it, parents first. */
async function tree(cgroup: string): Promise<string[]> {
  const found = [cgroup];
  for (const folder of found) {
    try {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) found.push(join(folder, entry.name));
      }
    } catch (error) {
      if (!isMissing(error)) throw error; // its owner may tidy up at the same time
    }
  }
  return found;
}

/** A cgroup whose last process has just ended can stay busy for a moment. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (isMissing(error)) return;
      const busy = error instanceof Error && "code" in error && error.code === "EBUSY";
      if (!busy || attempt >= 50) throw error;
      await sleep(20);
    }
  }
}

async function hierarchies(): Promise<string[]> {
  return cgroupMounts(await readFile("/proc/self/mountinfo", "utf8"));
}
