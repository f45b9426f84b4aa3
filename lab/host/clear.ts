/** Removal of everything that exists of a lab, whatever the state of the processes that made it. */
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { run } from "../command";
import { namesIn, readJson } from "../files";
import { end, markedProcesses, stopProcess } from "../processes";
import { type LabFolders, labSettings } from "../settings";
import { balancerIds } from "./balancer";
import { removeHostNames } from "./balancer/hostNames";
import { killAll, labCgroups, removeCgroups } from "./cgroups";
import { bootId, networkDown, type NetworkRecord, type Say } from "./hostNetwork";
import { labLoops, labMounts } from "./leftovers";
import { hostLink, labLinks, labNamespaces, namespaceOf, removeLink } from "./machineNetwork";
import { SystemdMachines } from "./systemdMachines";

/**
 * Removes machines, servers, network and state of the machine layer, in that order; safe when nothing exists.
 * Continues after failures, so that one failure does not block the rest.
 * @returns failures, each with its reason
 */
export async function clearLab(folders: LabFolders, say: Say = () => undefined): Promise<string[]> {
  const failures: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const machines = new SystemdMachines({ ...labSettings(), stateFolder: folders.root });
  for (const id of await machines.ids()) {
    say(`removing machine ${id}`);
    await attempt(`machine ${id}`, () => machines.remove(id));
  }
  for (const id of await balancerIds(folders)) {
    await attempt(`balancer ${id}`, () => machines.removeBalancer(id));
  }
  await attempt("names in /etc/hosts", () => removeHostNames(folders));
  await attempt("servers", () => stopServers(folders));
  await attempt("processes", () => endMarkedProcesses(folders));
  await attempt("cgroups", () => removeAllCgroups(folders));
  await attempt("mounts", () => unmountAll(folders));
  await attempt("machines' network", () => removeStrayNetwork());
  await attempt("network", () => networkDown(folders, say));
  if (failures.length === 0) await forget(folders);
  return failures;
}

/** True when this lab was made before the host's last restart: nothing of it runs, and its records are obsolete. */
export async function isFromBeforeRestart(folders: LabFolders): Promise<boolean> {
  const record = await readJson<NetworkRecord>(folders.networkRecord);
  return record !== undefined && record.bootId !== (await bootId());
}

async function stopServers(folders: LabFolders): Promise<void> {
  const records = (await namesIn(folders.processes)).filter((name) => name.endsWith(".json"));
  for (const name of records) await stopProcess(join(folders.processes, name));
}

async function endMarkedProcesses(folders: LabFolders): Promise<void> {
  for (const process of await markedProcesses(folders.root)) await end(process);
}

async function removeAllCgroups(folders: LabFolders): Promise<void> {
  const cgroups = await labCgroups(folders);
  await killAll(cgroups);
  await removeCgroups(cgroups);
}

async function unmountAll(folders: LabFolders): Promise<void> {
  for (const point of (await labMounts(folders.root)).reverse()) await run("umount", ["--lazy", point]);
  for (const loop of await labLoops(folders.root)) await run("losetup", ["--detach", loop]);
}

/** Removes network namespaces and veth pairs of machines and balancers without a record. */
async function removeStrayNetwork(): Promise<void> {
  const prefix = namespaceOf("");
  for (const namespace of await labNamespaces()) {
    await removeLink(hostLink(basename(namespace).slice(prefix.length)));
    await run("ip", ["netns", "delete", namespace]);
  }
  for (const link of (await labLinks()).filter((name) => name.startsWith(hostLink("")))) {
    await removeLink(link);
  }
}

/** Deletes the machine layer's records; the engine's (state, passphrase) belong to the engine. */
async function forget(folders: LabFolders): Promise<void> {
  const own = [
    folders.machines,
    folders.balancers,
    folders.runc,
    folders.networkFolder,
    folders.processes,
    folders.machineFiles,
  ];
  for (const path of own) await rm(path, { recursive: true, force: true });
}
