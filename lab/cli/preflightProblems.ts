/** Problems of a machine as a host of the lab: all of them, in words for its owner. Pure. */
import { overlaps, parseCidr } from "../../infra/network/cidr";
import { bridgeName, type LabAddresses, operatorIp } from "../host/addresses";
import { buildDiskGib, gatewayPorts, memoryGib, stateDiskGib } from "./requirements";

/** A route as `ip -j route` prints it. */
export interface Route {
  readonly dst: string;
  readonly dev?: string;
}

export interface HostFacts {
  readonly platform: string;
  readonly architecture: string;
  readonly root: boolean;
  readonly cpus: number;
  readonly memoryKiB: number;
  readonly stateDiskBytes: number;
  /** Free bytes on the disk of built programs and images. */
  readonly cacheDiskBytes: number;
  /** True when the lab's programs, of any version, were built here before. */
  readonly built: boolean;
  readonly missingPackages: readonly string[];
  readonly apt: boolean;
  /** Content of /proc/filesystems. */
  readonly filesystems: string;
  readonly overlayModule: boolean;
  readonly bridgeNetfilter: boolean;
  readonly loopControl: boolean;
  readonly cgroupsWritable: boolean;
  readonly failedFeatures: readonly string[];
  readonly routes: readonly Route[];
  /** The alias of the interface perigee0, if it exists. */
  readonly bridgeAlias: string | undefined;
  /** Local addresses of listening sockets, as in /proc/net. */
  readonly listening: readonly string[];
  readonly toolchain: readonly string[];
  /** Problems of the settings of a remote cache. */
  readonly remoteCache: readonly string[];
}

export interface PreflightContext {
  readonly stateFolder: string;
  readonly addresses: LabAddresses;
}

const gib = 2 ** 30;

/** Every problem; empty when the lab can run here. Problems that `make up` fixes are not included. */
export function preflightProblems(facts: HostFacts, context: PreflightContext): string[] {
  return [
    ...hostProblems(facts),
    ...sizeProblems(facts, context),
    ...kernelProblems(facts),
    ...networkProblems(facts, context),
    ...packageProblems(facts),
    ...facts.toolchain,
    ...facts.remoteCache,
  ];
}

function hostProblems(facts: HostFacts): string[] {
  return [
    ...when(
      facts.platform !== "linux" || facts.architecture !== "x64",
      `The lab runs on Linux on x86-64; this is ${facts.platform} on ${facts.architecture}.`,
    ),
    ...when(
      !facts.root,
      "The lab needs root, for machines, networks and mounts: run it as root (sudo make up).",
    ),
  ];
}

function sizeProblems(facts: HostFacts, { stateFolder }: PreflightContext): string[] {
  const memory = (facts.memoryKiB * 1024) / gib;
  const disk = facts.stateDiskBytes / gib;
  const cache = facts.cacheDiskBytes / gib;
  // A running lab already uses its share.
  const running = facts.bridgeAlias !== undefined;
  return [
    ...when(facts.cpus < 2, `kubeadm needs 2 CPUs; this machine has ${facts.cpus}.`),
    ...when(
      !running && memory < memoryGib,
      `${memoryGib} GiB of free memory are needed; there are ${memory.toFixed(1)}.`,
    ),
    ...when(
      !running && disk < stateDiskGib,
      `${stateDiskGib} GiB of free disk are needed for ${stateFolder}; there are ${disk.toFixed(1)}. ` +
        "Free some, or set PERIGEE_LAB_STATE to a folder that has more.",
    ),
    ...when(
      !running && !facts.built && cache < buildDiskGib,
      `${buildDiskGib} GiB of free disk are needed to build what the lab runs; there are ${cache.toFixed(1)}. ` +
        "Free some, or set XDG_CACHE_HOME, GOCACHE and GOMODCACHE to folders that have more.",
    ),
  ];
}

function kernelProblems(facts: HostFacts): string[] {
  const overlay = /\boverlay$/m.test(facts.filesystems) || facts.overlayModule;
  return [
    ...when(!overlay, "The kernel has no overlay file system (CONFIG_OVERLAY_FS)."),
    ...when(
      !facts.bridgeNetfilter,
      "The kernel has no br_netfilter (CONFIG_BRIDGE_NETFILTER), which Flannel needs.",
    ),
    ...when(
      !facts.loopControl,
      "There is no /dev/loop-control (CONFIG_BLK_DEV_LOOP): machines' disks cannot be mounted.",
    ),
    ...when(
      !facts.cgroupsWritable,
      "/sys/fs/cgroup is read-only: inside a container, give that one the host's cgroups.",
    ),
    ...facts.failedFeatures.map((feature) => `The kernel cannot do ${feature}.`),
  ];
}

function networkProblems(facts: HostFacts, { stateFolder, addresses }: PreflightContext): string[] {
  if (facts.bridgeAlias !== undefined) return foreignBridge(facts.bridgeAlias, stateFolder);
  const wanted = [
    { cidr: parseCidr(addresses.vpcCidr), setting: "perigee-infra:vpcCidr in Pulumi.lab.yaml" },
    { cidr: parseCidr(`${operatorIp}/32`), setting: "the operator's address" },
  ];
  const taken = facts.routes.flatMap(({ dst, dev = "?" }) =>
    wanted
      .filter(
        ({ cidr }) => dst !== "default" && overlaps(cidr, parseCidr(dst.includes("/") ? dst : `${dst}/32`)),
      )
      .map(({ cidr, setting }) => `${cidr.text} (${setting}) overlaps the route to ${dst} on ${dev}.`),
  );
  const ports = gatewayPorts.filter(({ port }) =>
    facts.listening.some((socket) => takesEveryAddress(socket, port)),
  );
  return [
    ...taken,
    ...ports.map(
      ({ port, use }) =>
        `Port ${port} is taken on every address of this machine; the lab's ${use} needs it on ${addresses.services}.`,
    ),
  ];
}

function foreignBridge(alias: string, stateFolder: string): string[] {
  if (alias === bridgeAliasOf(stateFolder)) return [];
  const owner = /^perigee lab in (.+)$/.exec(alias)?.[1];
  return [
    owner === undefined
      ? `There is an interface ${bridgeName} that is not the lab's.`
      : `Another lab is up, with its state in ${owner}: PERIGEE_LAB_STATE=${owner} make down removes it.`,
  ];
}

/** The alias that marks a lab's bridge. */
function bridgeAliasOf(stateFolder: string): string {
  return `perigee lab in ${stateFolder}`;
}

/** True when the socket has the wildcard address (`00000000:0035`, IPv6: 32 zeros), which blocks the port. */
function takesEveryAddress(socket: string, port: number): boolean {
  const [address = "", hexPort = ""] = socket.split(":");
  return /^0+$/.test(address) && parseInt(hexPort, 16) === port;
}

function packageProblems({ missingPackages, apt }: HostFacts): string[] {
  return when(
    missingPackages.length > 0 && !apt,
    `Programs are missing, and there is no apt-get to install them. As Debian packages: ${missingPackages.join(", ")}.`,
  );
}

function when(condition: boolean, problem: string): string[] {
  return condition ? [problem] : [];
}
