/** Form of a telemetry command, made from the specification of its settings and a function that runs it. */
import type { Log } from "../log";
import { type CommandSpec, helpOf, readSettings, type Settings, type SettingsShape } from "./settings";

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

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  /** @returns the exit code */
  run(args: readonly string[], surroundings: Surroundings): Promise<number>;
}

export function command<Shape extends SettingsShape>(
  spec: CommandSpec<Shape>,
  run: (
    settings: Settings<Shape>,
    surroundings: Surroundings,
    argument: string | undefined,
  ) => Promise<number>,
): Command {
  return {
    name: spec.name,
    summary: spec.summary,
    help: helpOf(spec),
    run: async (args, surroundings) => {
      const { settings, argument } = readSettings(spec, args);
      return run(settings, surroundings, argument);
    },
  };
}
