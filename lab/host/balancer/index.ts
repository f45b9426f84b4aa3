/**
 * Network load balancers on this host: each a network namespace with an address in every subnet of the balancer, behind
 * the packet filter of its security groups, in which haproxy plays it (docs/adr/0310). Needs root, and the lab's network up.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { namesIn, readJson, writeJson } from "../../files";
import { startProcess, stopProcess, typescriptProgram } from "../../processes";
import type { LabFolders } from "../../settings";
import { removeNetwork } from "../machineNetwork";
import { setZone } from "../resolver";
import { removeHostNames, writeHostNames } from "./hostNames";
import { makeBalancerNetwork } from "./network";
import { balancerProcesses } from "./processes";
import { type BalancerSpec, nameAddresses } from "./spec";

const program = join(__dirname, "main.ts");

/** Makes the balancer, or brings it to this spec; idempotent. Public addresses are the host rules' (publicAddresses.ts). */
export async function setBalancer(folders: LabFolders, spec: BalancerSpec): Promise<void> {
  await writeJson(folders.balancer(spec.id).spec, spec);
  await makeBalancerNetwork(folders, spec);
  await setZone(folders, spec.dnsName, new Map([[spec.dnsName, nameAddresses(spec)]]));
  await writeHostNames(folders, await hostNames(folders));
  await startKeeper(folders, spec.id);
}

/** Removes a balancer; does nothing when it is gone. */
export async function removeBalancer(folders: LabFolders, id: string): Promise<void> {
  const files = folders.balancer(id);
  const spec = await readJson<BalancerSpec>(files.spec);
  const { keeper, haproxy } = balancerProcesses(folders, id);
  await stopProcess(keeper.record);
  await stopProcess(haproxy.record);
  await removeNetwork(id);
  await rm(files.root, { recursive: true, force: true });
  if (spec !== undefined) await setZone(folders, spec.dnsName, new Map());
  const left = await hostNames(folders);
  if (left.size === 0) await removeHostNames(folders);
  else await writeHostNames(folders, left);
}

/** IDs of all balancers. */
export function balancerIds(folders: LabFolders): Promise<string[]> {
  return namesIn(folders.balancers);
}

/** Starts every keeper that has ended, as after a kill; `make up` calls it. */
export async function startKeepers(folders: LabFolders): Promise<void> {
  for (const id of await balancerIds(folders)) await startKeeper(folders, id);
}

async function balancerSpecs(folders: LabFolders): Promise<BalancerSpec[]> {
  const all: BalancerSpec[] = [];
  for (const id of await balancerIds(folders)) {
    const spec = await readJson<BalancerSpec>(folders.balancer(id).spec);
    if (spec !== undefined) all.push(spec);
  }
  return all;
}

async function startKeeper(folders: LabFolders, id: string): Promise<void> {
  await startProcess(folders.root, {
    ...typescriptProgram(program, folders.root, id),
    ...balancerProcesses(folders, id).keeper,
  });
}

async function hostNames(folders: LabFolders): Promise<Map<string, readonly string[]>> {
  return new Map((await balancerSpecs(folders)).map((spec) => [spec.dnsName, nameAddresses(spec)]));
}
