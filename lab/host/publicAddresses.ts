/** Public addresses of the machines and hops of their metadata, stored with them and applied to the host as one table. */
import { ask, run } from "../command";
import { namesIn, readJson } from "../files";
import type { LabFolders } from "../settings";
import { bridgeName, operatorIp } from "./addresses";
import type { BalancerSpec } from "./balancer/spec";
import { hostRules, type MetadataHops, type PublicAddress } from "./hostRules";
import type { MachineSpec } from "./machine";

/** Rewrites the host's table from the machines' folders, so that two processes reach the same result. */
export async function applyHostRules(folders: LabFolders, vpcCidr: string): Promise<void> {
  const assigned = await assignedAddresses(folders);
  await run("nft", ["-f", "-"], { input: hostRules(vpcCidr, assigned, await metadataHops(folders)) });
  await routeToBridge(assigned.map(({ publicIp }) => publicIp));
}

/** Routes exactly these addresses over the bridge, with the operator's address as the source. */
async function routeToBridge(addresses: readonly string[]): Promise<void> {
  const shown = await run("ip", ["-j", "-4", "route", "show", "dev", bridgeName, "proto", "static"]);
  const present = (JSON.parse(shown || "[]") as { dst: string }[]).map(({ dst }) => dst);
  for (const stale of present.filter((address) => !addresses.includes(address))) {
    await run("ip", ["route", "delete", stale, "dev", bridgeName]);
  }
  for (const address of addresses.filter((wanted) => !present.includes(wanted))) {
    await run("ip", ["route", "replace", address, "dev", bridgeName, "proto", "static", "src", operatorIp]);
  }
}

/** Every public address in use. */
async function assignedAddresses(folders: LabFolders): Promise<PublicAddress[]> {
  const all: PublicAddress[] = [];
  for (const id of await namesIn(folders.machines)) {
    const machine = folders.machine(id);
    const spec = await readJson<MachineSpec>(machine.spec);
    const addresses = (await readJson<string[]>(machine.publicAddresses)) ?? [];
    if (spec !== undefined) {
      all.push(...addresses.map((publicIp) => ({ publicIp, privateIp: spec.privateIp })));
    }
  }
  for (const id of await namesIn(folders.balancers)) {
    const spec = await readJson<BalancerSpec>(folders.balancer(id).spec);
    for (const { publicIp, privateIp } of spec?.nodes ?? []) {
      if (publicIp !== undefined) all.push({ publicIp, privateIp });
    }
  }
  return all;
}

/** Machines whose metadata has other hops than the default. */
async function metadataHops(folders: LabFolders): Promise<MetadataHops[]> {
  const all: MetadataHops[] = [];
  for (const id of await namesIn(folders.machines)) {
    const machine = folders.machine(id);
    const spec = await readJson<MachineSpec>(machine.spec);
    const hops = await readJson<number>(machine.metadataHops);
    if (spec !== undefined && hops !== undefined) all.push({ privateIp: spec.privateIp, hops });
  }
  return all;
}

/** Removes the host's table; does nothing when there is none. */
export async function removeHostRules(): Promise<void> {
  if (await hostTableExists()) await run("nft", ["delete", "table", "ip", "perigee"]);
}

export async function hostTableExists(): Promise<boolean> {
  return (await ask("nft", ["list", "tables"])).split("\n").includes("table ip perigee");
}
