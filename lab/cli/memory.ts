/** Memory that the lab can have: the machine's own, or less where a cgroup (a container, a slice) is limited. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Memory {
  readonly availableKiB: number;
  /** The cgroup whose limit leaves this much; undefined where the machine itself has no more. */
  readonly limitedBy?: string;
}

/** A cgroup's memory files: text, or undefined for a file that is not there (the root has none). */
export interface CgroupMemory {
  readonly path: string;
  readonly limit: string | undefined;
  readonly usage: string | undefined;
  readonly stat: string | undefined;
}

/** Memory that this process and its children can have. */
export async function memoryHere(): Promise<Memory> {
  const [meminfo, mountinfo, own] = await Promise.all(
    ["/proc/meminfo", "/proc/self/mountinfo", "/proc/self/cgroup"].map((path) => readFile(path, "utf8")),
  );
  const cgroups = cgroupFolders(mountinfo ?? "", own ?? "").map(readCgroup);
  return memoryOf(meminfo ?? "", await Promise.all(cgroups));
}

/** Pure: the least of what the machine has available and what each of these cgroups leaves. */
export function memoryOf(meminfo: string, cgroups: readonly CgroupMemory[]): Memory {
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? 0);
  return cgroups.reduce<Memory>(
    (least, cgroup) => {
      const left = leftIn(cgroup);
      return left < least.availableKiB ? { availableKiB: left, limitedBy: cgroup.path } : least;
    },
    { availableKiB: available },
  );
}

/** Pure: folders of this process's memory cgroup and of those above it, from the files in /proc/self. */
export function cgroupFolders(mountinfo: string, own: string): string[] {
  const mount = /^\S+ \S+ \S+ (\S+) (\S+) .* - cgroup \S+ (?:\S+,)?memory\b/m.exec(mountinfo);
  const unified = mount ?? /^\S+ \S+ \S+ (\S+) (\S+) .* - cgroup2 /m.exec(mountinfo);
  const [, root = "/", point] = unified ?? [];
  const line = mount === null ? /^0::(.*)$/m : /^\d+:(?:[^:\n]+,)?memory(?:,[^:\n]+)?:(.*)$/m;
  const path = line.exec(own)?.[1];
  if (point === undefined || path === undefined) return [];
  // In a container without a cgroup namespace, the mount shows the container's part only.
  const below = root !== "/" && path.startsWith(root) ? path.slice(root.length) : path;
  const names = below.split("/").filter((name) => name !== "" && name !== "..");
  return [point, ...names.map((_, index) => join(point, ...names.slice(0, index + 1)))];
}

/** KiB below the limit, where files in the cache count as free, as they do in MemAvailable. */
function leftIn({ limit, usage, stat }: CgroupMemory): number {
  if (limit === undefined || !/^\d+\s*$/.test(limit)) return Infinity;
  // Version 1 counts those of the cgroups below apart: total_.
  const file = /^total_active_file /m.test(stat ?? "")
    ? /^total_(?:in)?active_file (\d+)$/gm
    : /^(?:in)?active_file (\d+)$/gm;
  const cached = [...(stat ?? "").matchAll(file)].map(([, bytes]) => Number(bytes));
  const used = Number(usage ?? 0) - cached.reduce((sum, bytes) => sum + bytes, 0);
  return Math.floor((Number(limit) - Math.max(0, used)) / 1024);
}

async function readCgroup(path: string): Promise<CgroupMemory> {
  const [limit, usage, stat, limit1, usage1] = await Promise.all(
    ["memory.max", "memory.current", "memory.stat", "memory.limit_in_bytes", "memory.usage_in_bytes"].map(
      (name) => readFile(join(path, name), "utf8").catch(() => undefined),
    ),
  );
  return { path, limit: limit ?? limit1, usage: usage ?? usage1, stat };
}
