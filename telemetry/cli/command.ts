/** Constructor of a telemetry command, from the specification of its settings and its run function. */
import { Command } from "commander";
import type { Log } from "../log";
import { addSettings, type CommandSpec, readSettings, type Settings, type SettingsShape } from "./settings";

/** Environment of a command: output, log and stop signal. */
export interface Surroundings {
  /** Writer to standard output; resolves when the text is written. */
  readonly print: (text: string) => Promise<void>;
  /** Writer of one line to standard error, the reason why a command failed. */
  readonly complain: (line: string) => void;
  readonly log: Log;
  /** Signal that is aborted on SIGTERM and SIGINT. Before it is read, they end the process. */
  readonly stopped: AbortSignal;
}

/** Factory of a command, from its environment and a callback for its exit code. */
export type TelemetryCommand = (surroundings: Surroundings, ended: (exitCode: number) => void) => Command;

export function command<Shape extends SettingsShape>(
  spec: CommandSpec<Shape>,
  run: (
    settings: Settings<Shape>,
    surroundings: Surroundings,
    argument: string | undefined,
    before: string | undefined,
    others: readonly string[],
  ) => Promise<number>,
): TelemetryCommand {
  return (surroundings, ended) => {
    const made = addSettings(new Command(spec.name).summary(spec.summary).description(spec.summary), spec);
    const first = spec.before === undefined ? 0 : 1;
    return made.action(async () => {
      const { args } = made;
      const others = args.slice(first + 1);
      ended(await run(readSettings(spec, made.opts()), surroundings, args[first], args[first - 1], others));
    });
  };
}
