/** Memory and disk: what the lab takes, what this machine has, and which setting moves each. Pure. */
import type { HostFacts } from "./hostFacts";
import { buildDiskGib, memoryGib, stateDiskGib } from "./requirements";

const gib = 2 ** 30;
const memorySetting = "workers in Pulumi.lab.yaml";
const stateSetting = "PERIGEE_LAB_STATE";
const cacheSettings = "XDG_CACHE_HOME, GOCACHE and GOMODCACHE";

/** One folder's need of free disk. */
interface Need {
  readonly gib: number;
  readonly path: string;
  /** The needs of one disk add up. */
  readonly disk: string;
  readonly freeBytes: number;
  readonly purpose: string;
  readonly setting: string;
}

/** Line that says what the lab will take of this machine, and what there is. */
export function sizeLine(facts: HostFacts): string {
  if (isUp(facts)) return "The lab is up here, and has its memory and its disk.";
  const memory = `${memoryGib} GiB of memory (${freeMemory(facts)} free; set by ${memorySetting})`;
  const disks = diskNeeds(facts).map(
    ({ gib: size, path, freeBytes, purpose, setting }) =>
      `${size} GiB of disk for ${purpose} in ${path} (${inGib(freeBytes)} free; moved by ${setting})`,
  );
  const shared = !facts.built && onOneDisk(facts) ? "; both are on one disk" : "";
  const built = facts.built ? "; what it runs was built before" : "";
  return `The lab takes ${[memory, ...disks].join(", ")}${shared}${built}.`;
}

/** Problems of size. A running lab already has its share. */
export function sizeProblems(facts: HostFacts): string[] {
  const cpus = facts.cpus < 2 ? [`kubeadm needs 2 CPUs; this machine has ${facts.cpus}.`] : [];
  return isUp(facts) ? cpus : [...cpus, ...memoryProblems(facts), ...diskProblems(facts)];
}

function memoryProblems({ memory }: HostFacts): string[] {
  if (memory.availableKiB * 1024 >= memoryGib * gib) return [];
  const whose = memory.limitedBy === undefined ? "" : ` below the limit of the cgroup ${memory.limitedBy}`;
  return [
    `${memoryGib} GiB of free memory are needed; there are ${inGib(memory.availableKiB * 1024)}${whose}. ` +
      (memory.limitedBy === undefined
        ? `Free some, or have fewer machines (${memorySetting}).`
        : "Raise it (a container's --memory, a unit's MemoryMax), or run the lab outside of it."),
  ];
}

function diskProblems(facts: HostFacts): string[] {
  const needs = diskNeeds(facts);
  const disks = [...new Set(needs.map(({ disk }) => disk))];
  return disks.flatMap((disk) => {
    const on = needs.filter((need) => need.disk === disk);
    const sum = on.reduce((total, need) => total + need.gib, 0);
    const free = Math.min(...on.map(({ freeBytes }) => freeBytes));
    if (free >= sum * gib) return [];
    const parts = on.map(({ gib: size, purpose, path }) => `${size} for ${purpose}, in ${path}`);
    const settings = on.map(({ setting }) => setting).join(", or ");
    return [
      `${sum} GiB of free disk are needed (${parts.join("; ")}); there are ${inGib(free)}${on.length > 1 ? " on their one disk" : ""}. ` +
        `Free some, or set ${settings} to a folder that has more.`,
    ];
  });
}

function diskNeeds({ stateFolder, cacheFolder, built }: HostFacts): Need[] {
  const need = (folder: HostFacts["stateFolder"], size: number, purpose: string, setting: string): Need => ({
    gib: size,
    path: folder.path,
    disk: folder.mount?.disk ?? folder.path,
    freeBytes: folder.freeBytes,
    purpose,
    setting,
  });
  const state = need(stateFolder, stateDiskGib, "its state", stateSetting);
  const build = need(cacheFolder, buildDiskGib, "the build of what it runs", cacheSettings);
  // What is not a path (a problem of its own) is on no disk.
  return (built ? [state] : [state, build]).filter(({ freeBytes }) => freeBytes !== Infinity);
}

function onOneDisk({ stateFolder, cacheFolder }: HostFacts): boolean {
  return stateFolder.mount !== undefined && stateFolder.mount.disk === cacheFolder.mount?.disk;
}

function isUp({ bridgeAlias }: HostFacts): boolean {
  return bridgeAlias !== undefined;
}

function freeMemory({ memory }: HostFacts): string {
  return inGib(memory.availableKiB * 1024);
}

function inGib(bytes: number): string {
  return (bytes / gib).toFixed(1);
}
