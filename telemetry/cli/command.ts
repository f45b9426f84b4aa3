/** Form of a telemetry command, made from the specification of its settings and a function that runs it. */
import { Command } from "commander";
import type { Log } from "../log";
import { addSettings, type CommandSpec, readSettings, type Settings, type SettingsShape } from "./settings";

/** What a command has of the process around it. */
export interface Surroundings {
  /** Writes to standard output; settled when there is room for more. */
  readonly print: (text: string) => Promise<void>;
  /** Writes one line to standard error: why a command does not do what it was asked. */
  readonly complain: (line: string) => void;
  readonly log: Log;
  /** Aborted on SIGTERM and SIGINT. */
  readonly stopped: AbortSignal;
}

/** A command of the command line, once it knows what is around it and who takes its exit code. */
export type TelemetryCommand = (surroundings: Surroundings, ended: (exitCode: number) => void) => Command;

export function command<Shape extends SettingsShape>(
  spec: CommandSpec<Shape>,
  run: (
    settings: Settings<Shape>,
    surroundings: Surroundings,
    argument: string | undefined,
  ) => Promise<number>,
): TelemetryCommand {
  return (surroundings, ended) => {
    const made = addSettings(new Command(spec.name).summary(spec.summary).description(spec.summary), spec);
    return made.action(async () =>
      ended(await run(readSettings(spec, made.opts()), surroundings, made.args[0])),
    );
  };
}
