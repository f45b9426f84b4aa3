/** Small commands that print one text: what they have in common. */
import type { Command } from "commander";
import { DictionaryError } from "./dictionary";

/**
 * Runs a command. Wrong flags, a file that cannot be read or written, a wrong dictionary: exit code 2 and what to
 * change, without a stack.
 */
export function runTool(command: Command): void {
  // A reader that has gone (npm run rules | head) is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2)).parse();
  } catch (error) {
    const isUsers = error instanceof DictionaryError || (error instanceof Error && "code" in error);
    if (!isUsers) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
