/** Output of a host program that may not be installed, and then is empty. */
import { run } from "./command";

/**
 * What a program says about this host; nothing where the program is not installed: without it nobody can have made
 * what it would show.
 */
export async function ask(command: string, args: readonly string[]): Promise<string> {
  try {
    return await run(command, args);
  } catch (error) {
    if (error instanceof Error && error.message.endsWith("ENOENT")) return "";
    throw error;
  }
}
