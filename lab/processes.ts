/** The lab's processes: started detached, recorded, recognised later, ended by PID. */
import { spawn } from "node:child_process";
import { mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines, readJson, readText } from "./files";
import { labMark, markedEnvironment, npmPrograms } from "./settings";

/** Identity of a process: PIDs are reused, a PID with its start time is not. */
export interface ProcessRecord {
  readonly pid: number;
  /** Clock ticks between the boot of the host and the start of the process (field 22 of /proc/PID/stat). */
  readonly startTime: string;
  readonly command: string;
}

export interface TcpAddress {
  readonly address: string;
  readonly port: number;
}

/** Command line of a TypeScript program of the lab, as a process of its own. */
export function typescriptProgram(
  file: string,
  ...args: readonly string[]
): Pick<LabProcess, "command" | "args"> {
  const loader = ["--require", require.resolve("tsx/cjs")];
  return { command: join(npmPrograms, "node"), args: [...loader, file, ...args] };
}

/** A process that outlives the one that starts it. */
export interface LabProcess {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables in addition to the caller's environment. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Path of its {@link ProcessRecord}, by which it is found again. */
  readonly record: string;
  /** File to which both outputs are appended. */
  readonly log: string;
  /** What it serves, as an argument or the value of a variable: a running one that serves something else is replaced. */
  readonly serves?: string;
  /** Address on which it answers once it is ready. Default: it is ready when it runs. */
  readonly listen?: TcpAddress;
}

/**
 * Shell script: the new process writes its own record before it executes the program. An interruption at any moment
 * leaves no process or a recorded one. ($1: the record, $2: the program's name as JSON; the rest: its command line.)
 */
const recordThenRun =
  `printf '{"pid":%s,"startTime":"%s","command":%s}\\n' $$ "$(cut -d ' ' -f 22 /proc/$$/stat)" "$2" >"$1.new"; ` +
  'mv "$1.new" "$1"; shift 2; exec "$@"';

/** Time limit for a process to become ready. */
const startLimitMs = 15_000;

/**
 * Starts a process of a lab and waits until it is ready; does nothing when it already runs and serves what is wanted.
 * @param stateFolder the lab's state folder, which marks the process
 * @throws Error with the end of its log when it ends or is not ready in time, or when its address is in use
 */
export async function startProcess(stateFolder: string, wanted: LabProcess): Promise<ProcessRecord> {
  const running = await runningProcess(wanted.record);
  if (running !== undefined) {
    if (wanted.serves === undefined || (await isServing(running.pid, wanted.serves))) return running;
    await stopProcess(wanted.record);
  }
  const { command, args, environment, record, log: logFile, listen } = wanted;
  if (listen !== undefined && (await takesConnection(listen))) {
    throw new Error(`another program already listens on ${listen.address}:${listen.port}`);
  }
  await rm(record, { force: true });
  for (const file of [record, logFile]) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const log = await open(logFile, "a", 0o600);
  try {
    const name = JSON.stringify(command);
    const child = spawn("sh", ["-euc", recordThenRun, "sh", record, name, command, ...args], {
      detached: true, // a separate process group: Ctrl-C in the terminal is for `make up`, not for the lab
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      env: { ...markedEnvironment(stateFolder), ...environment },
    });
    const failed = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code) => resolve(`it ended with exit ${code}`));
    });
    // A program that cannot be executed ends a moment after its record is there.
    const ready = readyIn(startLimitMs, record, listen).then((late) => late ?? sleep(50, undefined));
    const problem = await Promise.race([failed, ready]);
    child.unref();
    const started = await runningProcess(record);
    if (problem === undefined && started !== undefined) return started;
    await stopProcess(record);
    throw new Error(
      `${command}: ${problem ?? "it ended at once"}\n${await lastLines(logFile, 10)}`.trimEnd(),
    );
  } finally {
    await log.close();
  }
}

/** True when the process was started with this argument, or this value of a variable. */
async function isServing(pid: number, what: string): Promise<boolean> {
  const [args = "", variables = ""] = await Promise.all([readProc(pid, "cmdline"), readProc(pid, "environ")]);
  return args.split("\0").includes(what) || variables.split("\0").some((entry) => entry.endsWith(`=${what}`));
}

/** Undefined once the process is ready; otherwise the reason why it is not. */
async function readyIn(
  limitMs: number,
  record: string,
  listen: TcpAddress | undefined,
): Promise<string | undefined> {
  const end = Date.now() + limitMs;
  while ((await readText(record)) === undefined) {
    if (Date.now() > end) return `it does not start within ${limitMs / 1000} s`;
    await sleep(5);
  }
  return listen === undefined ? undefined : answering(listen, end - Date.now());
}

/** The recorded process, if that same process still runs. */
export async function runningProcess(record: string): Promise<ProcessRecord | undefined> {
  const known = await readJson<ProcessRecord>(record);
  return known !== undefined && (await isAlive(known)) ? known : undefined;
}

/** Ends the recorded process, if it still runs, and removes the record. */
export async function stopProcess(record: string, patienceMs?: number): Promise<void> {
  const running = await runningProcess(record);
  if (running !== undefined) await end(running, patienceMs);
  await rm(record, { force: true });
}

/** Ends a process by SIGTERM and waits until it is gone; sends SIGKILL after a grace period. */
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

/** Processes that carry the lab's mark, with or without a record. */
export async function markedProcesses(stateFolder: string): Promise<ProcessRecord[]> {
  const mark = `${labMark}=${stateFolder}`;
  const found: ProcessRecord[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number)) {
    if (pid === process.pid || !(await readProc(pid, "environ"))?.split("\0").includes(mark)) continue;
    const startTime = await startTimeOf(pid);
    const command = ((await readProc(pid, "cmdline")) ?? "").split("\0").join(" ").trim();
    if (startTime !== undefined) found.push({ pid, startTime, command });
  }
  return found;
}

/** Sends a signal; ignores a process that has already ended. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Content of a file in /proc/PID; undefined when the process is gone (also when it ends during the read). */
export async function readProc(pid: number, file: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}

/** Undefined once a connection is accepted; an error text after the time limit. */
export async function answering(listen: TcpAddress, withinMs: number): Promise<string | undefined> {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    if (await takesConnection(listen)) return undefined;
    await sleep(100);
  }
  return `nothing answers on ${listen.address}:${listen.port} within ${Math.ceil(withinMs / 1000)} s`;
}

/** True when the recorded process, and not a later one with its PID, is alive. */
async function isAlive(record: ProcessRecord): Promise<boolean> {
  return (await startTimeOf(record.pid)) === record.startTime;
}

/** Start time of a live process; undefined when there is none or it is a zombie, all threads of which have ended. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readProc(pid, "stat");
  if (stat === undefined) return undefined;
  // The command name, in parentheses, may contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // The first thread may have ended before the others: the last one closes the sockets.
  const hasEnded = fields[0] === "Z" && Number(fields[17]) <= 1;
  return hasEnded ? undefined : fields[19];
}

function takesConnection({ address, port }: TcpAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    const done = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.setTimeout(1000, () => done(false));
  });
}

/** A port of the loopback address that nothing listens on at the moment: for programs that cannot choose one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
