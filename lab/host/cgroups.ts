/** The lab's cgroups: one tree per machine in every hierarchy of the host. */
import { mkdir, readdir, readFile, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../command";
import { isMissing, namesIn, readText } from "../files";
import { signalProcess } from "../processes";
import type { LabFolders } from "../settings";

/** The machine's cgroup path, as passed to runc. */
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
 * Controllers that the kernel has but no hierarchy mounts on the host; cgroup v1 only. Without a mount on the host,
 * each machine's systemd mounts them itself and shares their root with all others, and the kubelets delete each
 * other's pod cgroups (observed). An existing hierarchy (in /proc/cgroups) does not count: its mount may be in
 * another mount namespace.
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
  // Mounted together by convention; a host that mounts them separately does so before any lab.
  const network = ["net_cls", "net_prio"].filter(has).join(",");
  return [...["hugetlb", "perf_event"].filter(has), ...(network === "" ? [] : [network])];
}

/** Mount points of the hierarchies that the lab must add; they are recorded before they are mounted. */
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

/** Unmounts hierarchies and removes their folders; does nothing when they are gone. */
export async function unmountHierarchies(points: readonly string[]): Promise<void> {
  const mounted = await hierarchies();
  for (const point of points) {
    if (mounted.includes(point)) await run("umount", [point]);
    await removeFolder(point);
  }
}

/** Existing cgroups of the lab, or of one machine: one folder per hierarchy. */
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

/** A cgroup and its descendants, parents first. */
async function tree(cgroup: string): Promise<string[]> {
  const found = [cgroup];
  for (const folder of found) {
    try {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) found.push(join(folder, entry.name));
      }
    } catch (error) {
      if (!isMissing(error)) throw error; // its owner may remove it at the same time
    }
  }
  return found;
}

/** Removes a cgroup, with retries: it can stay busy for a moment after its last process has ended. */
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
