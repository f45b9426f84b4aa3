/** What the commands of the lab's command line have in common. */
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

/** A command; wrong arguments end it with exit code 2 and its help. */
export function command({ name, summary, description, configure, run }: LabCommand): Command {
  const made = lab(new Command(name)).summary(summary).description(description);
  return (configure?.(made) ?? made).action(async () => {
    process.exitCode = await run(...made.args);
  });
}

/** The settings that the command line and each of its commands share. */
export function lab(made: Command): Command {
  return made
    .helpOption("-h, --help", "print this text")
    .configureHelp({ helpWidth: 118 })
    .showHelpAfterError()
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
}

/** For people, on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
