/** The lab's settings from the environment, the mark of its processes, and the layout of its state folder. */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { repositoryRoot } from "../settings/repositoryRoot";

const DEFAULT_STATE_FOLDER = "/var/lib/perigee-lab";

/** Where a running lab keeps what it knows, and what its machines are made from. */
export interface LabSettings {
  /** Everything about the running lab; default `/var/lib/perigee-lab`. */
  readonly stateFolder: string;
  /** The Debian tree that every machine's root is laid over, made by `lab/supply/machineImage`. */
  readonly baseTree: string;
}

/**
 * The lab's settings from the environment: PERIGEE_LAB_STATE and PERIGEE_LAB_BASE_TREE.
 * The base tree may be left unset where no machine is started (`make down`, `make status`).
 */
export function labSettings(environment: NodeJS.ProcessEnv = process.env): LabSettings {
  return {
    stateFolder: environment["PERIGEE_LAB_STATE"] || DEFAULT_STATE_FOLDER,
    baseTree: environment["PERIGEE_LAB_BASE_TREE"] || "",
  };
}

/** What npm installed, the pinned Node among it: first on PATH. */
export const npmPrograms = join(repositoryRoot, "node_modules/.bin");

/** Where everything that the lab builds once is kept: outside the tree, so that a fresh clone finds it again. */
export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "perigee");
}

/** Where programs are looked for. root's PATH may lack the sbin folders, where half of the lab's programs are. */
export function programFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  const own = (environment["PATH"] ?? "").split(delimiter);
  return [...new Set([...own, "/usr/sbin", "/sbin"])].filter((folder) => folder !== "");
}

/** For tools whose messages are read by a program: plain, untranslated, without questions. */
export function plainEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...environment, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
}

/** The variable by which a process of the lab is recognised whatever became of its records. */
export const LAB_MARK = "PERIGEE_LAB_PROCESS";

/** The environment of a process that belongs to the lab: the caller's own, marked with the lab's state folder. */
export function markedEnvironment(
  stateFolder: string,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return { ...environment, [LAB_MARK]: stateFolder };
}

/** The files and folders of a lab's state. */
export type LabFolders = ReturnType<typeof labFolders>;
export type MachineFolders = ReturnType<typeof machineFolders>;

export function labFolders(root: string) {
  const machines = join(root, "machines");
  return {
    root,
    /** Parent of the machines' cgroups below the root of each hierarchy: a lab never meets another one's. */
    cgroup: root === DEFAULT_STATE_FOLDER ? "perigee-lab" : `perigee-lab-${shortHash(root)}`,
    networkFolder: join(root, "network"),
    /** What `networkUp` made and has to put back. */
    networkRecord: join(root, "network", "network.json"),
    resolver: join(root, "network", "resolver"),
    zones: join(root, "network", "zones"),
    runc: join(root, "runc"),
    machines,
    /** Files that every machine has before it boots: see machineFiles.ts. */
    machineFiles: join(root, "machineFiles.json"),
    processes: join(root, "processes"),
    logs: join(root, "logs"),
    machine: (id: string) => machineFolders(join(machines, id)),
    /** A server of the lab: where `make down` finds it again, and what it writes. */
    process: (name: string) => ({
      record: join(root, "processes", `${name}.json`),
      log: join(root, "logs", `${name}.log`),
    }),
  } as const;
}

/** One machine's share of the state. Its mounts are seen by its own processes only (see supervise.sh). */
function machineFolders(root: string) {
  return {
    root,
    spec: join(root, "machine.json"),
    publicAddresses: join(root, "publicAddresses.json"),
    ingress: join(root, "ingress.nft"),
    disk: join(root, "disk.img"),
    mountpoint: join(root, "mnt"),
    rootTree: join(root, "root"),
    bundle: join(root, "bundle"),
    initPid: join(root, "init.pid"),
    console: join(root, "console.log"),
    supervisor: join(root, "supervisor.json"),
    /** There when it was switched off from inside; one that ended otherwise is lost. */
    poweredOff: join(root, "powered-off"),
  } as const;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
