/** Common parts of the lab's commands. */
import { Command } from "commander";

export interface LabCommand {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Paragraphs that `--help` prints. */
  readonly description: string;
  /** Arguments and options. */
  readonly configure?: (command: Command) => Command;
  /** @returns the exit code */
  readonly run: (...args: string[]) => Promise<number>;
}

/** A command. Wrong arguments print its help and exit with code 2. */
export function command({ name, summary, description, configure, run }: LabCommand): Command {
  const made = lab(new Command(name)).summary(summary).description(description);
  return (configure?.(made) ?? made).action(async () => {
    process.exitCode = await run(...made.args);
  });
}

/** Settings that the command line and each of its commands share. */
export function lab(made: Command): Command {
  return made
    .helpOption("-h, --help", "print this text")
    .configureHelp({ helpWidth: 118 })
    .showHelpAfterError()
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** Prints a line for people to standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
