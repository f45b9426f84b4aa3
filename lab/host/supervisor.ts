/** The process that keeps one machine going (supervise.sh): started, recognised, ended. */
import { spawn } from "node:child_process";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { readJson, writeJson } from "../files";
import { describeProcess, end, isAlive, type ProcessRecord } from "../processes";
import { type LabFolders, markedEnvironment } from "../settings";
import { namespaceOf } from "./machineNetwork";

const SCRIPT = join(__dirname, "supervise.sh");

/** Starts the supervisor, which boots the machine. It outlives this process; output goes to console.log. */
export async function startSupervisor(folders: LabFolders, id: string, baseTree: string): Promise<void> {
  const machine = folders.machine(id);
  await mkdir(folders.runc, { recursive: true, mode: 0o700 });
  const log = await open(machine.console, "a", 0o600);
  try {
    // "slave": what the host unmounts goes away here too, what is mounted here never shows on the host.
    const script = [SCRIPT, id, machine.root, baseTree, folders.runc, namespaceOf(id)];
    const child = spawn("unshare", ["--mount", "--propagation", "slave", "bash", ...script], {
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      env: markedEnvironment(folders.root),
    });
    const failed = new Promise<never>((_, reject) => child.once("error", reject));
    await Promise.race([failed, new Promise((resolve) => child.once("spawn", resolve))]);
    child.unref();
    const record = await describeProcess(child.pid ?? -1, `supervisor of ${id}`);
    if (record !== undefined) await writeJson(machine.supervisor, record);
  } finally {
    await log.close();
  }
}

export async function supervisorRuns(folders: LabFolders, id: string): Promise<boolean> {
  const record = await readJson<ProcessRecord>(folders.machine(id).supervisor);
  return record !== undefined && (await isAlive(record));
}

/** Ends the supervisor at once; the machine itself goes on until its cgroup is emptied. */
export async function stopSupervisor(folders: LabFolders, id: string): Promise<void> {
  const file = folders.machine(id).supervisor;
  const record = await readJson<ProcessRecord>(file);
  // bash waits for runc before it heeds a polite signal.
  if (record !== undefined) await end(record, 0);
  await rm(file, { force: true });
}
