/** The lab's settings from the environment, the mark of its processes, and the layout of its state folder. */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { repositoryRoot } from "../settings/repositoryRoot";

const defaultStateFolder = "/var/lib/perigee-lab";

/** Folders of a running lab: its state, and the tree under its machines. */
export interface LabSettings {
  /** All state of the running lab; default `/var/lib/perigee-lab`. */
  readonly stateFolder: string;
  /** The Debian tree under every machine's root, made by `lab/supply/machineImage`. */
  readonly baseTree: string;
}

/**
 * The lab's settings from the environment: PERIGEE_LAB_STATE and PERIGEE_LAB_BASE_TREE.
 * The base tree may be unset when no machine is started (`make down`, `make status`).
 */
export function labSettings(environment: NodeJS.ProcessEnv = process.env): LabSettings {
  return {
    stateFolder: onePath(environment["PERIGEE_LAB_STATE"] || defaultStateFolder),
    baseTree: environment["PERIGEE_LAB_BASE_TREE"] || "",
  };
}

/** One spelling of a folder, by which its lab is known; a relative path stays, for preflight to name it. */
function onePath(folder: string): string {
  return isAbsolute(folder) ? resolve(folder) : folder;
}

/** Folder of the programs that npm installed, including the pinned Node: first on PATH. */
export const npmPrograms = join(repositoryRoot, "node_modules/.bin");

/** Folder of everything that the lab builds once: outside the tree, so that a fresh clone finds it again. */
export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "perigee");
}

/** The caller's PATH. */
export function searchPath(environment: NodeJS.ProcessEnv = process.env): string {
  return environment["PATH"] ?? "";
}

/** Folders to search for programs. root's PATH may lack the sbin folders, which contain half of the lab's programs. */
export function programFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  const own = searchPath(environment).split(delimiter);
  return [...new Set([...own, "/usr/sbin", "/sbin"])].filter((folder) => folder !== "");
}

/** Environment for tools whose messages are parsed: plain, untranslated, without questions. */
export function plainEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...environment, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
}

/** Variable that identifies a process of the lab, whatever the state of its records. */
export const labMark = "PERIGEE_LAB_PROCESS";

/** Environment of a process of the lab: the caller's own, marked with the lab's state folder. */
export function markedEnvironment(
  stateFolder: string,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return { ...environment, [labMark]: stateFolder };
}

/** The files and folders of a lab's state. */
export type LabFolders = ReturnType<typeof labFolders>;
export type MachineFolders = ReturnType<typeof machineFolders>;

export function labFolders(root: string) {
  const machines = join(root, "machines");
  const balancers = join(root, "balancers");
  return {
    root,
    /** Parent of the machines' cgroups below the root of each hierarchy; unique per lab. */
    cgroup: root === defaultStateFolder ? "perigee-lab" : `perigee-lab-${shortHash(root)}`,
    networkFolder: join(root, "network"),
    /** Record of the changes that `networkUp` made and `networkDown` reverts. */
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
    balancers,
    balancer: (id: string) => balancerFolders(join(balancers, id)),
    /** A server of the lab: its record, by which `make down` finds it, and its log. */
    process: (name: string) => ({
      record: join(root, "processes", `${name}.json`),
      log: join(root, "logs", `${name}.log`),
    }),
  } as const;
}

/** Files and folders of one machine. Only its own processes see its mounts (see supervise.sh). */
function machineFolders(root: string) {
  return {
    root,
    spec: join(root, "machine.json"),
    publicAddresses: join(root, "publicAddresses.json"),
    /** Hops of the answers of its metadata, where it is not the default. */
    metadataHops: join(root, "metadataHops.json"),
    ingress: join(root, "ingress.nft"),
    disk: join(root, "disk.img"),
    diskContent: join(root, "content"),
    noSwap: join(root, "swaps"),
    mountpoint: join(root, "mnt"),
    rootTree: join(root, "root"),
    bundle: join(root, "bundle"),
    initPid: join(root, "init.pid"),
    console: join(root, "console.log"),
    supervisor: join(root, "supervisor.json"),
    /** Exists when the machine was switched off from inside; one that ended otherwise is lost. */
    poweredOff: join(root, "powered-off"),
  } as const;
}

/** Files of one network load balancer. */
function balancerFolders(root: string) {
  return {
    root,
    spec: join(root, "balancer.json"),
    ingress: join(root, "ingress.nft"),
    config: join(root, "haproxy.cfg"),
    socket: join(root, "haproxy.sock"),
    /** State of each target, as the API would tell it. */
    health: join(root, "health.json"),
  } as const;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
