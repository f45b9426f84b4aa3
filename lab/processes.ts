/** The lab's processes: who they are, started detached, recognised later, ended by id. */
import { spawn } from "node:child_process";
import { mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isMissing, readJson, writeJson } from "./files";
import { LAB_MARK, type LabFolders, markedEnvironment } from "./settings";

/** A process as it can be recognised later: ids are used again, an id with its start time is not. */
export interface ProcessRecord {
  readonly pid: number;
  /** Clock ticks between the boot of the host and the start of the process (field 22 of /proc/PID/stat). */
  readonly startTime: string;
  readonly command: string;
}

/** Start time of a live process; undefined when there is none or it is a zombie. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readProc(pid, "stat");
  if (stat === undefined) return undefined;
  // The command name, in parentheses, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : fields[19];
}

/** Whether the recorded process, and not a later one with its id, is alive. */
export async function isAlive(record: ProcessRecord): Promise<boolean> {
  return (await startTimeOf(record.pid)) === record.startTime;
}

/** What identifies a process now; undefined when it has ended already. */
export async function describeProcess(pid: number, command: string): Promise<ProcessRecord | undefined> {
  const startTime = await startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime, command };
}

export interface LabProcess {
  /** Unique within the lab, e.g. `registry`: names its record and its log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Besides the caller's environment. */
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Starts a process that outlives this one, with its output in `logs/NAME.log`; does nothing when it runs already.
 * `make down` ends it, `make status` and the check for leftovers know it.
 * @throws when it cannot be started or ends within its first moments
 */
export async function startLabProcess(folders: LabFolders, process: LabProcess): Promise<ProcessRecord> {
  const known = await labProcess(folders, process.name);
  if (known !== undefined) return known;
  await mkdir(folders.logs, { recursive: true, mode: 0o700 });
  const logFile = join(folders.logs, `${process.name}.log`);
  const log = await open(logFile, "a", 0o600);
  try {
    const child = spawn(process.command, process.args, {
      detached: true, // a group of its own: Ctrl-C in the terminal is for `make up`, not for the lab
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      env: { ...markedEnvironment(folders.root), ...process.environment },
    });
    const failed = new Promise<never>((_, reject) => child.once("error", reject));
    await Promise.race([failed, new Promise((resolve) => child.once("spawn", resolve))]);
    child.unref();
    const record = await describeProcess(child.pid ?? -1, process.command);
    if (record === undefined) throw new Error(`${process.name} ended at once; see ${logFile}`);
    await writeJson(recordFile(folders, process.name), record);
    return record;
  } finally {
    await log.close();
  }
}

/** The named process of the lab if it is alive. */
export async function labProcess(folders: LabFolders, name: string): Promise<ProcessRecord | undefined> {
  const record = await readJson<ProcessRecord>(recordFile(folders, name));
  return record !== undefined && (await isAlive(record)) ? record : undefined;
}

/** Ends a process of the lab (politely, then not) and forgets it. */
export async function stopLabProcess(folders: LabFolders, name: string): Promise<void> {
  const record = await labProcess(folders, name);
  if (record !== undefined) await end(record);
  await rm(recordFile(folders, name), { force: true });
}

/** Names of all processes that were recorded, alive or not. */
export async function labProcessNames(folders: LabFolders): Promise<string[]> {
  return (await namesIn(folders.processes))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -5));
}

/** Ends a recorded process and waits until it is gone; kills it when it has not gone after five seconds. */
export async function end(record: ProcessRecord, patienceMs = 5000): Promise<void> {
  for (const [signal, limit] of [
    ["SIGTERM", patienceMs],
    ["SIGKILL", 5000],
  ] as const) {
    const deadline = Date.now() + limit;
    if (!(await isAlive(record))) return;
    signalProcess(record.pid, signal);
    while (Date.now() < deadline) {
      if (!(await isAlive(record))) return;
      await sleep(20);
    }
  }
  throw new Error(`process ${record.pid} (${record.command}) does not end`);
}

/** Processes that carry the lab's mark, whatever the records say. */
export async function markedProcesses(stateFolder: string): Promise<ProcessRecord[]> {
  const mark = `${LAB_MARK}=${stateFolder}`;
  const found: ProcessRecord[] = [];
  for (const pid of await allPids()) {
    if (pid === process.pid || !(await readProc(pid, "environ"))?.split("\0").includes(mark)) continue;
    const command = ((await readProc(pid, "cmdline")) ?? "").split("\0").join(" ").trim();
    const record = await describeProcess(pid, command);
    if (record !== undefined) found.push(record);
  }
  return found;
}

async function allPids(): Promise<number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Sends a signal; a process that has ended meanwhile is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** A file of /proc/PID; undefined when the process is gone (also while it is being read). */
export async function readProc(pid: number, file: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}

/** What a folder holds; nothing when there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function recordFile(folders: LabFolders, name: string): string {
  return join(folders.processes, `${name}.json`);
}
