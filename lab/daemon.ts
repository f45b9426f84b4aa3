/** Server processes of the lab, known by pid files: starts them, waits for an answer, recognises and ends them. */
import { spawn } from "node:child_process";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";

/** A server process that outlives the one that starts it. */
export interface Daemon {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Written when it runs: its process id and when that process started, so that a reused id is not mistaken. */
  pidFile: string;
  /** Both of its outputs are added to this file. */
  logFile: string;
  /** Where it answers once it is ready. */
  listen: { address: string; port: number };
}

/**
 * The new process writes its own pid file before it becomes the server: an interruption at any moment leaves either no
 * server or one whose pid file can be found. ($1: the pid file; the rest: the server's command.)
 */
const writePidThenServe =
  'printf "%s %s\\n" $$ "$(cut -d " " -f 22 /proc/$$/stat)" >"$1.new"; mv "$1.new" "$1"; shift; exec "$@"';

/**
 * Starts a server and waits until it answers. Does nothing when the one of the pid file already runs.
 * @returns its process id
 * @throws Error with the end of its log when it ends or does not answer within 15 s, or when another program has the address
 */
export async function startDaemon(daemon: Daemon): Promise<number> {
  const running = await runningDaemon(daemon.pidFile);
  if (running !== undefined) return running;
  const { address, port } = daemon.listen;
  if (await takesConnection(address, port)) {
    throw new Error(`another program already listens on ${address}:${port}`);
  }
  await mkdir(dirname(daemon.pidFile), { recursive: true });
  await mkdir(dirname(daemon.logFile), { recursive: true });
  const log = await open(daemon.logFile, "a");
  const child = spawn(
    "sh",
    ["-euc", writePidThenServe, "sh", daemon.pidFile, daemon.command, ...daemon.args],
    {
      cwd: "/",
      detached: true,
      env: daemon.env,
      stdio: ["ignore", log.fd, log.fd],
    },
  );
  const failed = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code) => resolve(`it ended with exit ${code}`));
  });
  try {
    if (child.pid === undefined) throw new Error(`${daemon.command} cannot be started: ${await failed}`);
    const problem = await Promise.race([failed, answering(daemon.listen, 15_000)]);
    if (problem !== undefined) {
      throw new Error(`${daemon.command}: ${problem}\n${await logTail(daemon.logFile)}`);
    }
    return child.pid;
  } catch (error) {
    await stopDaemon(daemon.pidFile);
    throw error;
  } finally {
    child.unref();
    await log.close();
  }
}

/** Ends the server of a pid file, if it still is that process, and removes the file. */
export async function stopDaemon(pidFile: string): Promise<void> {
  const pid = await runningDaemon(pidFile);
  if (pid !== undefined) {
    signal(pid, "SIGTERM");
    for (let tries = 0; tries < 100 && (await runningDaemon(pidFile)) === pid; tries++) await pause(50);
    if ((await runningDaemon(pidFile)) === pid) signal(pid, "SIGKILL");
  }
  await rm(pidFile, { force: true });
}

/** The process id in a pid file, if that very process still runs. */
export async function runningDaemon(pidFile: string): Promise<number | undefined> {
  const content = await readFile(pidFile, "utf8").catch(() => "");
  const [pid, started] = content.trim().split(" ");
  if (pid === undefined || pid === "") return undefined;
  const now = await startTime(Number(pid));
  return now !== undefined && now === started ? Number(pid) : undefined;
}

/** When a process started, in clock ticks since boot; undefined when there is none, or only its exit status is left. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The program's name is in brackets and may hold spaces: count the fields after it (state is the third of all).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : fields[19];
}

/** Resolves with nothing once a connection is taken, or with what went wrong. */
export async function answering(
  listen: { address: string; port: number },
  withinMs: number,
): Promise<string | undefined> {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    if (await takesConnection(listen.address, listen.port)) return undefined;
    await pause(100);
  }
  return `nothing answers on ${listen.address}:${listen.port} after ${withinMs / 1000} s`;
}

function takesConnection(address: string, port: number): Promise<boolean> {
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

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it ended by itself meanwhile
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function logTail(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-10).join("\n");
}
