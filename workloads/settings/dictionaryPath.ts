/** The setting that names the telemetry dictionary. */
import { resolve } from "node:path";
import { z } from "zod";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { DictionaryError, formatProblem, loadDictionary } from "../../telemetry/dictionary";

/** The path of a telemetry dictionary, which is read and checked; its problems are the setting's. */
export const dictionaryPath = z.string().superRefine((path, context) => {
  for (const message of dictionaryProblems(path)) context.addIssue({ code: "custom", message, input: path });
});

function dictionaryProblems(path: string): string[] {
  try {
    loadDictionary(resolve(repositoryRoot, path));
    return [];
  } catch (error) {
    if (error instanceof DictionaryError) return error.problems.map(formatProblem);
    if (error instanceof Error && "code" in error) {
      return [`cannot be read: ${String(error.code)} (paths are from the repository's root)`];
    }
    throw error;
  }
}
