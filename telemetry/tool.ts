/** Common part of small commands that print one text. */
import type { Command } from "commander";
import { DictionaryError } from "./dictionary";

/**
 * Runs a command. Wrong flags, an unreadable or unwritable file, or an invalid dictionary: exit code 2 and the problem
 * to fix, without a stack trace.
 */
export function runTool(command: Command): void {
  // A closed pipe (npm run rules | head) is not an error.
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
