/** Problems of a machine as a host of the lab: all of them, in words for its owner. Pure. */
import { overlaps, parseCidr } from "../../infra/network/cidr";
import { bridgeName, type LabAddresses, operatorIp } from "../host/addresses";
import type { HostFacts } from "./hostFacts";
import { cacheFolderProblems, stateFolderProblems } from "./labFolder";
import { packageProblems } from "./missingPackages";
import { gatewayPorts } from "./requirements";
import { sizeProblems } from "./sizes";

/** Every problem; empty when the lab can run here. Problems that `make up` fixes are not included. */
export function preflightProblems(facts: HostFacts, addresses: LabAddresses): string[] {
  return [
    ...hostProblems(facts),
    ...stateFolderProblems(facts.stateFolder),
    ...cacheFolderProblems(facts.cacheFolder),
    ...sizeProblems(facts),
    ...kernelProblems(facts),
    ...networkProblems(facts, addresses),
    ...packageProblems(facts.missing),
    ...facts.toolchain,
    ...facts.remoteCache,
  ];
}

/** What only root can test: neither a problem nor none. */
export function untested({ cgroupsWritable, failedFeatures }: HostFacts): string[] {
  return [
    ...(cgroupsWritable === undefined ? ["whether /sys/fs/cgroup can be written"] : []),
    ...(failedFeatures === undefined ? ["bridges, VXLAN, nftables and overlays of the kernel"] : []),
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
      facts.cgroupsWritable === false,
      "/sys/fs/cgroup is read-only: inside a container, give that one the host's cgroups.",
    ),
    ...(facts.failedFeatures ?? []).map((feature) => `The kernel cannot do ${feature}.`),
  ];
}

function networkProblems(facts: HostFacts, addresses: LabAddresses): string[] {
  if (facts.bridgeAlias !== undefined) return foreignBridge(facts.bridgeAlias, facts.stateFolder.path);
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

function when(condition: boolean, problem: string): string[] {
  return condition ? [problem] : [];
}
