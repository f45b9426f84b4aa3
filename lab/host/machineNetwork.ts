/** Network namespaces of machines and balancers: eth0 on the lab's bridge, behind the packet filter of the security groups. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { ask, run } from "../command";
import { readText, writeWhole } from "../files";
import type { LabFolders } from "../settings";
import { bridgeName, gatewayOf, prefixOf } from "./addresses";
import { uplinkMtu } from "./hostNetwork";
import { ingressRules } from "./ingressRules";
import type { IngressRule, MachineSpec } from "./machine";

const namespacePrefix = "perigee-";

export function namespaceOf(id: string): string {
  return `${namespacePrefix}${id}`;
}

/** Path of the namespace that `ip netns` creates. */
export function namespacePath(id: string): string {
  return join("/run/netns", namespaceOf(id));
}

/** Host end of the machine's veth pair; interface names have at most 15 characters. */
export function hostLink(id: string): string {
  return `pg-${id.slice(-12)}`;
}

/** Makes the namespace and its contents, closed to the outside; idempotent. */
export async function makeMachineNetwork(folders: LabFolders, spec: MachineSpec): Promise<void> {
  const filter = folders.machine(spec.id).ingress;
  if ((await readText(filter)) === undefined) await writeWhole(filter, ingressRules([]));
  const namespace = await connectNamespace(spec.id, filter);
  const inside = (...args: string[]): Promise<string> => run("ip", ["-n", namespace, ...args]);
  await inside("address", "replace", `${spec.privateIp}/${prefixOf(spec.subnetCidr)}`, "dev", "eth0");
  await inside("route", "replace", "default", "via", gatewayOf(spec.subnetCidr));
}

/**
 * Namespace behind a packet filter, with eth0 on the lab's bridge and no address yet; idempotent.
 * @param filter file of the filter, which is there before the interface
 * @returns the namespace's name
 */
export async function connectNamespace(id: string, filter: string): Promise<string> {
  const namespace = namespaceOf(id);
  const inside = (...args: string[]): Promise<string> => run("ip", ["-n", namespace, ...args]);
  if (!(await namespaceExists(id))) await run("ip", ["netns", "add", namespace]);
  await run("ip", ["netns", "exec", namespace, "nft", "-f", filter]);
  if (!(await inside("-o", "link", "show")).includes(": eth0@")) {
    const mtu = await uplinkMtu();
    await removeLink(hostLink(id));
    const cable = `link add ${hostLink(id)} mtu ${mtu} type veth peer name eth0 mtu ${mtu} netns ${namespace}`;
    await run("ip", cable.split(" "));
  }
  await run("ip", ["link", "set", hostLink(id), "master", bridgeName, "up"]);
  await inside("link", "set", "lo", "up");
  await inside("link", "set", "eth0", "up");
  return namespace;
}

/** Replaces the packet filter of a machine or a balancer in one transaction, and stores it for its next start. */
export async function replaceFilter(file: string, id: string, rules: readonly IngressRule[]): Promise<void> {
  await writeWhole(file, ingressRules(rules));
  if (await namespaceExists(id)) await run("ip", ["netns", "exec", namespaceOf(id), "nft", "-f", file]);
}

/** Removes the namespace and its veth pair; does nothing when they are gone. */
export async function removeNetwork(id: string): Promise<void> {
  await removeLink(hostLink(id));
  if (await namespaceExists(id)) await run("ip", ["netns", "delete", namespaceOf(id)]);
}

/** Names of all network namespaces of the lab, with or without a machine. */
export async function labNamespaces(): Promise<string[]> {
  const list = JSON.parse((await ask("ip", ["-j", "netns", "list"])) || "[]") as { name: string }[];
  return list.map(({ name }) => name).filter((name) => name.startsWith(namespacePrefix));
}

/** The lab's interfaces on the host. */
export async function labLinks(): Promise<string[]> {
  const links = JSON.parse((await ask("ip", ["-j", "link", "show"])) || "[]") as { ifname: string }[];
  return links.map(({ ifname }) => ifname).filter((name) => name === bridgeName || name.startsWith("pg-"));
}

export async function removeLink(name: string): Promise<void> {
  if ((await labLinks()).includes(name)) await run("ip", ["link", "delete", name]);
}

async function namespaceExists(id: string): Promise<boolean> {
  try {
    await access(namespacePath(id));
    return true;
  } catch {
    return false;
  }
}
