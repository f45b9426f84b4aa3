/** Command line of `perigee-telemetry`: the commands, version, signals and exit codes. */
import { Command, CommanderError } from "commander";
import { jsonLog } from "../log";
import { perigeeVersion } from "../version";
import { checkDictionary } from "./checkDictionary";
import type { Surroundings, TelemetryCommand } from "./command";
import { contacts } from "./contacts";
import { decode } from "./decode";
import { importCommand } from "./importCommand";
import { replay } from "./replay";
import { serve } from "./serve";
import { UsageError } from "./settings";
import { simulate } from "./simulate";

const commands: readonly TelemetryCommand[] = [
  serve,
  simulate,
  replay,
  checkDictionary,
  decode,
  importCommand,
  contacts,
];

/**
 * Exit code of one command line.
 * @returns 0: success, 1: problems in the file or what an import left out, 2: usage error
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { print, complain } = surroundings;
  let exitCode = 0;
  let printed = Promise.resolve();
  const quiet = {
    writeOut: (text: string) => void (printed = printed.then(() => print(text))),
    writeErr: () => undefined, // errors are printed below, in one line
  };
  const program = new Command("perigee-telemetry")
    .description("spacecraft housekeeping (CCSDS space packets) as Prometheus metrics")
    .version(perigeeVersion(), "--version");
  for (const each of commands) program.addCommand(each(surroundings, (code) => (exitCode = code)));
  for (const each of [program, ...program.commands]) each.exitOverride().configureOutput(quiet);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    await printed;
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (!(error instanceof CommanderError || error instanceof UsageError)) throw error;
    if (args.length === 0) await print(program.helpInformation());
    else complain(`perigee-telemetry: ${error.message.replace(/^error: /, "").replaceAll("\n", " ")}\n`);
    return 2;
  }
}

/** Main function: runs the command line of the process and sets its exit code. */
export async function main(): Promise<void> {
  // A closed pipe (decode FILE | head) is not an error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const print = (text: string): Promise<void> =>
    new Promise((resolve) => {
      process.stdout.write(text, () => resolve());
    });
  const complain = (line: string): void => void process.stderr.write(line);
  let stopped: AbortSignal | undefined;
  process.exitCode = await run(process.argv.slice(2), {
    print,
    complain,
    log: jsonLog(),
    get stopped() {
      return (stopped ??= stopSignal());
    },
  });
}

/** Signal of SIGTERM and SIGINT, which end the process until a command asks for it: one that waits for its input, say. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
