/** Network namespace of a machine: eth0 on the lab's bridge, behind the packet filter of its security groups. */
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
  const namespace = namespaceOf(spec.id);
  const inside = (...args: string[]): Promise<string> => run("ip", ["-n", namespace, ...args]);
  if (!(await namespaceExists(spec.id))) await run("ip", ["netns", "add", namespace]);
  const filter = folders.machine(spec.id).ingress;
  if ((await readText(filter)) === undefined) await writeWhole(filter, ingressRules([]));
  await run("ip", ["netns", "exec", namespace, "nft", "-f", filter]); // before the namespace has an interface
  if (!(await inside("-o", "link", "show")).includes(": eth0@")) {
    const mtu = await uplinkMtu();
    await removeLink(hostLink(spec.id));
    const cable = `link add ${hostLink(spec.id)} mtu ${mtu} type veth peer name eth0 mtu ${mtu} netns ${namespace}`;
    await run("ip", cable.split(" "));
  }
  await run("ip", ["link", "set", hostLink(spec.id), "master", bridgeName, "up"]);
  await inside("link", "set", "lo", "up");
  await inside("address", "replace", `${spec.privateIp}/${prefixOf(spec.subnetCidr)}`, "dev", "eth0");
  await inside("link", "set", "eth0", "up");
  await inside("route", "replace", "default", "via", gatewayOf(spec.subnetCidr));
}

/** Replaces the packet filter in one transaction, and stores it for the next boot. */
export async function replaceIngress(
  folders: LabFolders,
  id: string,
  rules: readonly IngressRule[],
): Promise<void> {
  const filter = folders.machine(id).ingress;
  await writeWhole(filter, ingressRules(rules));
  if (await namespaceExists(id)) await run("ip", ["netns", "exec", namespaceOf(id), "nft", "-f", filter]);
}

/** Removes the namespace and its veth pair; does nothing when they are gone. */
export async function removeMachineNetwork(id: string): Promise<void> {
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
