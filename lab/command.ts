/** Child processes that run to their end: standard output on success, an error with the last lines otherwise. */
import { spawn } from "node:child_process";

/** Options of a child process, beside its arguments. */
export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv | undefined;
  /** Text for the child's standard input, which is then closed. */
  input?: string;
  /** Time limit; the child is then ended, and the error reports the timeout. Default: no limit. */
  limitMs?: number;
}

/** Failure of a program to start or to exit with 0; the message contains the end of its output. */
export class CommandError extends Error {
  constructor(
    command: string,
    args: readonly string[],
    reason: string,
    output: string,
    readonly code?: string,
  ) {
    const tail = output.trimEnd().split("\n").slice(-15).join("\n");
    super(`${[command, ...args].join(" ").slice(0, 300)}: ${reason}${tail === "" ? "" : `\n${tail}`}`);
    this.name = "CommandError";
  }
}

/**
 * Standard output of a program that ran to its end.
 * @throws CommandError with the end of both outputs when it cannot be started, times out or exits non-zero
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { cwd, env, limitMs } = options;
    const child = spawn(command, args, { cwd, env, timeout: limitMs, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let both = "";
    const fail = (reason: string) => reject(new CommandError(command, args, reason, both));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      both += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      both += text;
    });
    child.stdin.on("error", () => undefined); // a child that ends before it reads its input reports the reason itself
    child.stdin.end(options.input ?? "");
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(new CommandError(command, args, error.message, "", error.code));
    });
    child.on("close", (code, signal) => {
      // Only the time limit kills a child from here.
      if (child.killed) return fail(`timed out after ${(limitMs ?? 0) / 1000} s`);
      if (code === 0) return resolve(stdout);
      return fail(signal === null ? `exit ${code}` : `ended by ${signal}`);
    });
  });
}

/**
 * Standard output of a host program; empty when the program is not installed, because nothing that it would list can
 * exist then.
 */
export async function ask(command: string, args: readonly string[]): Promise<string> {
  try {
    return await run(command, args);
  } catch (error) {
    if (error instanceof CommandError && error.code === "ENOENT") return "";
    throw error;
  }
}
