/** Child processes that run to their end: standard output on success, an error with the last lines otherwise. */
import { spawn } from "node:child_process";

/** What a child process needs beside its arguments. */
export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Written to the child's standard input, which is then closed. */
  input?: string;
}

/** A program that could not be started or did not end well; the message holds the end of what it wrote. */
export class CommandError extends Error {
  constructor(command: string, args: readonly string[], reason: string, output: string) {
    const tail = output.trimEnd().split("\n").slice(-15).join("\n");
    super(`${[command, ...args].join(" ").slice(0, 300)}: ${reason}${tail === "" ? "" : `\n${tail}`}`);
    this.name = "CommandError";
  }
}

/**
 * Runs a program to its end and gives its standard output.
 * @throws CommandError with the end of both outputs when it cannot be started or exits other than 0
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
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
    child.on("error", (error) => reject(new CommandError(command, args, error.message, "")));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new CommandError(command, args, signal ? `ended by ${signal}` : `exit ${code}`, both));
    });
  });
}
