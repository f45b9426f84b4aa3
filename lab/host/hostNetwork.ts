/** The lab's network on the host: one bridge with the subnets' gateways, an Internet gateway, a resolver. */
import { readFile, writeFile } from "node:fs/promises";
import { ask, run } from "../command";
import { readJson, writeJson } from "../files";
import { type LabFolders } from "../settings";
import { bridgeName, type LabAddresses, labAddresses, operatorIp, prefixOf } from "./addresses";
import { missingHierarchies, mountHierarchies, unmountHierarchies } from "./cgroups";
import { allowForwarding, disallowForwarding } from "./forwarding";
import { applyHostRules, removeHostRules } from "./publicAddresses";
import { startResolver, stopResolver } from "./resolver";
import { rememberSysctls, restoreSysctls, setSysctls, type Sysctls } from "./sysctls";

/** Settings that the lab found and mounts that it made, so that any process can restore the host. */
export interface NetworkRecord {
  readonly vpcCidr: string;
  /** Boot ID of the host when the lab was made. */
  readonly bootId: string;
  readonly sysctls: Sysctls;
  readonly cgroupMounts: readonly string[];
}

/**
 * MAC address of the gateways, locally administered. A bridge without a fixed address takes the lowest of its ports':
 * it changes when a machine comes or goes, and the others cannot reach the host until they resolve it again.
 */
const gatewayMac = "02:70:67:00:00:01";

/** Reports changes to the host, one line at a time. */
export type Say = (line: string) => void;

/**
 * Brings the network up; idempotent. The record is written before any change, so that an interrupted call can be
 * completed or undone.
 * @throws Error when a lab with another vpcCidr is up
 */
export async function networkUp(
  folders: LabFolders,
  vpcCidr: string,
  say: Say = () => undefined,
): Promise<LabAddresses> {
  const addresses = labAddresses(vpcCidr);
  const known = await readJson<NetworkRecord>(folders.networkRecord);
  if (known !== undefined && known.vpcCidr !== vpcCidr) {
    throw new Error(`the lab is up with vpcCidr ${known.vpcCidr}; \`make down\` before ${vpcCidr}`);
  }
  const record: NetworkRecord = {
    vpcCidr,
    bootId: await bootId(),
    sysctls: known?.sysctls ?? (await rememberSysctls()),
    cgroupMounts: [...new Set([...(known?.cgroupMounts ?? []), ...(await missingHierarchies())])],
  };
  await writeJson(folders.networkRecord, record);
  for (const change of await setSysctls()) say(`sysctl ${change}; put back by make down`);
  await mountHierarchies(record.cgroupMounts);
  await makeBridge(folders, addresses);
  await allowForwarding();
  await applyHostRules(folders, vpcCidr);
  await startResolver(folders, addresses);
  return addresses;
}

/** Removes everything that `networkUp` made. Machines must be removed first. Harmless when nothing exists. */
export async function networkDown(folders: LabFolders, say: Say = () => undefined): Promise<void> {
  const record = await readJson<NetworkRecord>(folders.networkRecord);
  await stopResolver(folders);
  await removeHostRules();
  await disallowForwarding();
  if (await bridgeExists()) await run("ip", ["link", "delete", bridgeName]);
  if (record === undefined) return;
  await unmountHierarchies(record.cgroupMounts);
  // After a restart the host already has its own settings.
  if (record.bootId !== (await bootId())) return;
  for (const change of await restoreSysctls(record.sysctls)) say(`sysctl ${change}, as before the lab`);
}

/** Addresses of the running lab; undefined when none is up. */
export async function presentNetwork(folders: LabFolders): Promise<LabAddresses | undefined> {
  const record = await readJson<NetworkRecord>(folders.networkRecord);
  return record === undefined || !(await bridgeExists()) ? undefined : labAddresses(record.vpcCidr);
}

/** Boot ID of the host; it changes with every restart. */
export async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/** MTU of the uplink: a machine on a bridge with a larger MTU would lose its large packets. */
export async function uplinkMtu(): Promise<number> {
  const [route] = JSON.parse(await run("ip", ["-j", "route", "show", "default"])) as { dev: string }[];
  if (route === undefined) return 1500;
  const [link] = JSON.parse(await run("ip", ["-j", "link", "show", route.dev])) as { mtu: number }[];
  return Math.min(1500, link?.mtu ?? 1500);
}

export async function bridgeExists(): Promise<boolean> {
  const links = JSON.parse((await ask("ip", ["-j", "link", "show", "type", "bridge"])) || "[]") as {
    ifname?: string;
  }[];
  return links.some((link) => link.ifname === bridgeName);
}

async function makeBridge(folders: LabFolders, { subnets }: LabAddresses): Promise<void> {
  if (!(await bridgeExists())) await run("ip", ["link", "add", bridgeName, "type", "bridge"]);
  // The alias names the state folder whose records remove the bridge.
  await run("ip", [
    "link",
    "set",
    bridgeName,
    "address",
    gatewayMac,
    "mtu",
    String(await uplinkMtu()),
    "alias",
    `perigee lab in ${folders.root}`,
  ]);
  for (const { cidr, gateway } of subnets) {
    await run("ip", ["address", "replace", `${gateway}/${prefixOf(cidr)}`, "dev", bridgeName]);
  }
  await run("ip", ["address", "replace", `${operatorIp}/32`, "dev", bridgeName]);
  await run("ip", ["link", "set", bridgeName, "up"]);
  // Subnets share the bridge: without this, ICMP redirects would make machines bypass their gateway.
  await writeFile(`/proc/sys/net/ipv4/conf/${bridgeName}/send_redirects`, "0");
}
