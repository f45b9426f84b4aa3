/** Command line of `perigee-telemetry`: choice of the command, help, version, signals and exit codes. */
import { jsonLog } from "../log";
import { perigeeVersion } from "../version";
import { checkDictionary } from "./checkDictionary";
import type { Command, Surroundings } from "./command";
import { decode } from "./decode";
import { replay } from "./replay";
import { serve } from "./serve";
import { UsageError } from "./settings";
import { simulate } from "./simulate";

const commands: readonly Command[] = [serve, simulate, replay, checkDictionary, decode];

const help = [
  "perigee-telemetry COMMAND: spacecraft housekeeping (CCSDS space packets) as Prometheus metrics",
  "",
  ...commands.map((each) => `  ${each.name.padEnd(18)}${each.summary}`),
  "",
  "perigee-telemetry COMMAND --help says more; perigee-telemetry --version.",
  "",
].join("\n");

/**
 * Runs one command line.
 * @returns exit code: 0 done, 1 the file has faults, 2 asked for something that cannot be
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      await surroundings.print(help);
      return name === undefined ? 2 : 0;
    }
    if (name === "--version") {
      await surroundings.print(`${perigeeVersion()}\n`);
      return 0;
    }
    const wanted = commands.find((each) => each.name === name);
    if (!wanted) {
      throw new UsageError(`no command ${name}; there are ${commands.map((each) => each.name).join(", ")}`);
    }
    if (rest.includes("--help") || rest.includes("-h")) {
      await surroundings.print(wanted.help);
      return 0;
    }
    return await wanted.run(rest, surroundings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    surroundings.complain(`perigee-telemetry: ${error.message}\n`);
    return 2;
  }
}

/** Runs the process's own command line and ends the process. */
export async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  // A reader that has gone (decode FILE | head) is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const print = (text: string): Promise<void> =>
    new Promise((resolve) => {
      process.stdout.write(text, () => resolve());
    });
  const complain = (line: string): void => void process.stderr.write(line);
  process.exitCode = await run(process.argv.slice(2), {
    print,
    complain,
    log: jsonLog(),
    stopped: stop.signal,
  });
}
