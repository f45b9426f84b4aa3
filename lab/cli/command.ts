/** One command of the lab's command line. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly usage: string;
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

/** Wrong arguments: the message says which, and what is allowed. */
export class UsageError extends Error {}

/** For people, on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
