/** local.Command: a process on the machine that runs the engine. */
import { spawn } from "node:child_process";
import { map, type Properties, text, texts } from "../rpc/values";
import type { OutputSink } from "./remoteMachine";

/** @returns undefined after success, else the failure in Go's words */
export function runLocally(
  command: string,
  inputs: Properties,
  environment: NodeJS.ProcessEnv,
  sink: OutputSink,
  signal: AbortSignal,
): Promise<string | undefined> {
  const given = texts(inputs, "interpreter");
  const [program = "/bin/sh", ...options] = given.length > 0 ? given : ["/bin/sh", "-c"];
  const folder = text(inputs, "dir");
  return new Promise((resolve) => {
    const child = spawn(program, [...options, command], {
      env: { ...environment, ...stringMap(map(inputs, "environment")) },
      ...(folder === undefined ? {} : { cwd: folder }),
      signal,
      killSignal: "SIGKILL",
    });
    child.stdout.setEncoding("utf8").on("data", (data: string) => sink.stdout(data));
    child.stderr.setEncoding("utf8").on("data", (data: string) => sink.stderr(data));
    child.once("error", (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === "ENOENT" ? `exec: "${program}": executable file not found in $PATH` : error.message,
      ),
    );
    child.once("close", (code, killed) =>
      resolve(code === 0 ? undefined : killed === null ? `exit status ${code}` : `signal: ${killed}`),
    );
    // A command that does not read its stdin may have exited before it is written.
    child.stdin.on("error", () => undefined);
    child.stdin.end(text(inputs, "stdin") ?? "");
  });
}

export function stringMap(properties: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
