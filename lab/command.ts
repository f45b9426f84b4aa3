/** Child processes that run to their end: standard output on success, an error with the last lines otherwise. */
import { spawn } from "node:child_process";

/** What a child process needs beside its arguments. */
export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv | undefined;
  /** Written to the child's standard input, which is then closed. */
  input?: string;
  /** After this long the child is ended, and the error says so. Default: no limit. */
  limitMs?: number;
}

/** A program that could not be started or did not end well; the message holds the end of what it wrote. */
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
 * @throws CommandError with the end of both outputs when it cannot be started, runs out of time or exits other than 0
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { cwd, env, limitMs } = options;
    const child = spawn(command, args, { cwd, env, timeout: limitMs, stdio: ["pipe", "pipe", "pipe"] });
    const start = Date.now();
    let stdout = "";
    let both = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      both += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      both += text;
    });
    child.stdin.on("error", () => undefined); // a child that ends before it has read its input says why itself
    child.stdin.end(options.input ?? "");
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(new CommandError(command, args, error.message, "", error.code));
    });
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(stdout);
      const late = limitMs !== undefined && Date.now() - start >= limitMs;
      const ended = late ? `timed out after ${limitMs / 1000} s` : `ended by ${signal}`;
      return reject(new CommandError(command, args, signal === null ? `exit ${code}` : ended, both));
    });
  });
}

/**
 * Standard output of a host program; empty where the program is not installed: without it nobody can have made what
 * it would show.
 */
export async function ask(command: string, args: readonly string[]): Promise<string> {
  try {
    return await run(command, args);
  } catch (error) {
    if (error instanceof CommandError && error.code === "ENOENT") return "";
    throw error;
  }
}
