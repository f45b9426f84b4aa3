/** Supervisor process of one machine (supervise.sh): start, check, stop. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runningProcess, startProcess, stopProcess } from "../processes";
import type { LabFolders } from "../settings";
import { namespaceOf } from "./machineNetwork";

const superviseScript = join(__dirname, "supervise.sh");

/** Starts the supervisor, which boots the machine. It outlives this process; output goes to console.log. */
export async function startSupervisor(folders: LabFolders, id: string, baseTree: string): Promise<void> {
  const machine = folders.machine(id);
  await mkdir(folders.runc, { recursive: true, mode: 0o700 });
  const script = [superviseScript, id, machine.root, baseTree, folders.runc, namespaceOf(id)];
  await startProcess(folders.root, {
    command: "unshare",
    // "slave": unmounts on the host propagate here, mounts made here never appear on the host.
    args: ["--mount", "--propagation", "slave", "bash", ...script],
    record: machine.supervisor,
    log: machine.console,
  });
}

export async function supervisorRuns(folders: LabFolders, id: string): Promise<boolean> {
  return (await runningProcess(folders.machine(id).supervisor)) !== undefined;
}

/** Ends the supervisor at once; the machine itself runs until its cgroup is emptied. */
export async function stopSupervisor(folders: LabFolders, id: string): Promise<void> {
  // bash handles SIGTERM only after runc has ended.
  await stopProcess(folders.machine(id).supervisor, 0);
}
