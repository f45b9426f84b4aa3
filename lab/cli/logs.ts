/** `make logs`: the newest log lines of the machines, their supervisors and the lab's servers. */
import { join } from "node:path";
import { lastLines, namesIn, readJson } from "../files";
import type { MachineSpec } from "../host/machine";
import { SystemdMachines } from "../host/systemdMachines";
import { type LabFolders, labFolders, labSettings } from "../settings";
import { command, say } from "./command";

const lineCount = 100;

export const logsCommand = command({
  name: "logs",
  summary: "what the machines and the lab's servers said last",
  description: `Prints the last ${lineCount} lines of every machine's journal (cloud-init, containerd and kubelet are in it), of its
supervisor, and of the lab's servers; with NODE, of that machine alone. Works without SSH and without a cluster. From
the root: make logs [NODE=perigee-lab-default-1]`,
  configure: (made) => made.argument("[node]"),
  run: async (name) => {
    const folders = labFolders(labSettings().stateFolder);
    const machines = await knownMachines(folders);
    const wanted =
      name === undefined ? machines : machines.filter((spec) => spec.name === name || spec.id === name);
    if (name !== undefined && wanted.length === 0) {
      throw new Error(
        `There is no machine ${name}. Machines: ${machines.map((spec) => spec.name).join(", ")}`,
      );
    }
    for (const spec of wanted) await printMachine(folders, spec);
    if (name === undefined) await printServers(folders);
    return 0;
  },
});

async function knownMachines(folders: LabFolders): Promise<MachineSpec[]> {
  const ids = await namesIn(folders.machines);
  const specs = await Promise.all(ids.map((id) => readJson<MachineSpec>(folders.machine(id).spec)));
  return specs.filter((spec) => spec !== undefined).sort((a, b) => a.name.localeCompare(b.name));
}

async function printMachine(folders: LabFolders, { id, name }: MachineSpec): Promise<void> {
  const machines = new SystemdMachines();
  say(`==> ${name} (${id}), ${await machines.state(id)}`);
  const supervisor = await lastLines(folders.machine(id).console, lineCount);
  if (supervisor !== "") say(supervisor);
  try {
    say(
      (
        await machines.exec(id, ["journalctl", "--no-pager", "--output=short-iso", `--lines=${lineCount}`])
      ).trimEnd(),
    );
  } catch (error) {
    say(`its journal cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function printServers(folders: LabFolders): Promise<void> {
  for (const file of (await namesIn(folders.logs)).sort()) {
    say(`==> ${file}`);
    say(await lastLines(join(folders.logs, file), lineCount));
  }
}
