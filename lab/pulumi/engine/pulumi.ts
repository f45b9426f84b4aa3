/** Runs of the Pulumi CLI in the lab: output while it runs, a time limit, a clean end when interrupted. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { engine, type EngineOptions } from "./environment";
import { type EngineEvents, readEvents } from "./events";
import { clearStaleLocks } from "./locks";

export { type EngineOptions } from "./environment";

export interface RunOptions extends EngineOptions {
  /** Folder of the Pulumi project. */
  readonly cwd: string;
  /** Time limit, after which the engine is interrupted, and soon after killed. Default: one hour. */
  readonly limitMs?: number;
  /** Receives the CLI's output while it runs. */
  readonly onOutput?: (text: string, stream: "stdout" | "stderr") => void;
  /** Receives the engine's PID once it runs. */
  readonly onStart?: (pid: number) => void;
  /** Interrupts the engine as Ctrl-C does: operations in progress end, no new ones start. */
  readonly signal?: AbortSignal;
}

export interface PulumiRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Empty for commands without an event log (`stack output`, `config`). */
  readonly events: EngineEvents;
  readonly seconds: number;
}

/** Commands that write an event log. */
const loggedVerbs = new Set(["up", "preview", "destroy", "refresh"]);

/** Time limit for an interrupted engine to stop; providers undo the operations in progress. */
const stopLimitMs = 60_000;

const defaultLimitMs = 3_600_000;

/** Runs `pulumi <args>`. A failed command is a result, not an error: see `exitCode`. */
export async function runPulumi(args: readonly string[], options: RunOptions): Promise<PulumiRun> {
  const { cli, environment } = await engine(options);
  await clearStaleLocks(options.stateFolder);
  const scratch = await mkdtemp(join(options.stateFolder, "events-")); // goes with the lab where this is killed
  const eventLog = join(scratch, "events.jsonl");
  const logged = loggedVerbs.has(args[0] ?? "") ? ["--event-log", eventLog] : [];
  const start = Date.now();
  try {
    const child = spawn(cli.pulumi, [...args, ...logged, "--non-interactive", "--color", "never"], {
      cwd: options.cwd,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    const ended = await follow(child, options);
    return { ...ended, events: await readEvents(eventLog), seconds: (Date.now() - start) / 1000 };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function follow(child: ChildProcess, options: RunOptions): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
      options.onOutput?.(text, stream);
    });
  }
  return new Promise((resolve, reject) => {
    const release = stopWhenAsked(child, options);
    child.once("error", (error) => {
      release();
      reject(error);
    });
    child.once("close", (code, signal) => {
      release();
      if (code === null) said.stderr += `pulumi was ended by ${signal}\n`;
      resolve({ ...said, exitCode: code ?? 255 });
    });
  });
}

/** @returns a function that removes timers and signal handlers */
function stopWhenAsked(child: ChildProcess, { signal, limitMs = defaultLimitMs }: RunOptions): () => void {
  const timers: NodeJS.Timeout[] = [];
  const stop = () => {
    child.kill("SIGINT");
    timers.push(setTimeout(() => child.kill("SIGKILL"), stopLimitMs));
  };
  // Ctrl-C at a terminal reaches the engine too: it ends the run, and this process waits for its end.
  const stay = () => undefined;
  timers.push(setTimeout(stop, limitMs));
  process.on("SIGINT", stay);
  process.on("SIGTERM", stop);
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  return () => {
    for (const timer of timers) clearTimeout(timer);
    process.off("SIGINT", stay);
    process.off("SIGTERM", stop);
    signal?.removeEventListener("abort", stop);
  };
}
