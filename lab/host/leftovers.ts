/** Leftovers of a lab on this host, read from the host itself and not from the lab's records. */
import { readFile } from "node:fs/promises";
import { ask } from "../command";
import { namesIn } from "../files";
import { markedProcesses } from "../processes";
import type { LabFolders } from "../settings";
import { operatorIp } from "./addresses";
import { labHostNames } from "./balancer/hostNames";
import { labCgroups } from "./cgroups";
import { labContainers } from "./containers";
import { forwardingRules } from "./forwarding";
import { labLinks, labNamespaces } from "./machineNetwork";
import { hostTableExists } from "./publicAddresses";

/** One line per existing object of the lab; empty after `make down`. */
export async function leftovers(folders: LabFolders): Promise<string[]> {
  const found = await Promise.all([
    labelled("container", labContainers(folders)),
    labelled("process", processLines(folders.root)),
    labelled("cgroup", labCgroups(folders)),
    labelled("mount", labMounts(folders.root)),
    labelled("loop device", labLoops(folders.root)),
    labelled("network namespace", labNamespaces()),
    labelled("interface", labLinks()),
    labelled("packet rules", packetRules()),
    labelled("address", operatorAddress()),
    labelled("machine folder", namesIn(folders.machines)),
    labelled("balancer folder", namesIn(folders.balancers)),
    labelled("line of /etc/hosts", labHostNames()),
  ]);
  return found.flat();
}

/** Mount points below the state folder, as this process sees them, outermost first. */
export async function labMounts(root: string): Promise<string[]> {
  const lines = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
  return lines.map((line) => line.split(" ")[4] ?? "").filter((point) => point.startsWith(`${root}/`));
}

/** Loop devices whose backing file is (or was, before its deletion) below the state folder. */
export async function labLoops(root: string): Promise<string[]> {
  const output = await ask("losetup", ["--json", "--list", "--output", "NAME,BACK-FILE"]);
  if (output.trim() === "") return [];
  const { loopdevices } = JSON.parse(output) as {
    loopdevices: { name: string; "back-file": string | null }[];
  };
  return loopdevices
    .filter((loop) => loop["back-file"]?.startsWith(`${root}/`) === true)
    .map(({ name }) => name);
}

async function processLines(root: string): Promise<string[]> {
  return (await markedProcesses(root)).map(({ pid, command }) => `${pid} ${command}`);
}

async function packetRules(): Promise<string[]> {
  return [...((await hostTableExists()) ? ["table ip perigee"] : []), ...(await forwardingRules())];
}

async function operatorAddress(): Promise<string[]> {
  const shown = await ask("ip", ["-o", "address", "show", "to", operatorIp]);
  return shown.split("\n").filter((line) => line !== "");
}

async function labelled(label: string, things: Promise<readonly string[]>): Promise<string[]> {
  return (await things).map((thing) => `${label}: ${thing}`);
}
